/** The collector's own metrics, out of its parts. */
import type { PolicyBook } from '../config/policy-book.ts';
import type { Instant } from '../coverage/index.ts';
import { createSelfMetrics, type SelfMetrics, type SelfMetricsSource } from '../http/self-metrics.ts';
import type { ClusterWatch } from '../watch/cluster-watch.ts';
import type { LayerWatch } from '../watch/layer-watch.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { OpenWindows } from './open-windows.ts';
import type { ReportIntake } from './report-intake.ts';
import type { Control } from './start-control.ts';
import { statusesOf } from './watch-status.ts';

/** What the collector's own metrics tell of. */
interface Measured {
  readonly live: LivePipeline;
  readonly book: PolicyBook;
  readonly watch: ClusterWatch;
  readonly layers: LayerWatch;
  readonly opened: Pick<OpenWindows, 'windows'>;
  readonly control: Pick<Control, 'writes' | 'nodeConditions' | 'silences'>;
  readonly intake: Pick<ReportIntake, 'counts'>;
  readonly events: { dropped(): number };
}

/** Begins to measure. The parts are asked for at each scrape: they are made with these metrics. */
export function measureSelf(
  known: Pick<SelfMetricsSource, 'version' | 'memoryLimitBytes' | 'journal'>,
  parts: () => Measured,
): SelfMetrics {
  const now = (): Instant => parts().live.now();
  return createSelfMetrics({
    ...known,
    watches: () => statusesOf([...parts().watch.watches(), ...parts().layers.watches()], now()),
    rejectedPolicies: () => parts().book.rejected().length,
    rejectedWindows: () => parts().opened.windows.rejected().length,
    leader: () => parts().live.leads(),
    statusWrites: () => parts().control.writes(),
    nodeConditionWrites: () => parts().control.nodeConditions?.writes() ?? {},
    silenceWrites: () => parts().control.silences?.writes() ?? {},
    heartbeatsRefused: () => parts().intake.counts(),
    eventsDropped: () => ({
      evidence: parts().live.pipeline.roll.inventory.events.dropped,
      otlp: parts().events.dropped(),
    }),
    nowMonoMs: () => now().monoMs,
  });
}
