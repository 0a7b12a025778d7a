/** Keeps silences in the Alertmanager that the flag names, while this replica leads. */
import { openSender } from '../backends/backend.ts';
import { startSilences, type SilenceKeeper } from '../control/silences.ts';
import { planSilences } from '../coverage/index.ts';
import type { LivePipeline } from './live-pipeline.ts';
import type { Logger } from 'pino';
import type { ServeConfig } from '../config/serve-config.ts';
import type { Readiness } from '../http/answers.ts';
import type { Machine } from './system-clock.ts';

/** A window that opens so soon is silenced already: alerts of its first minute are to be silent too. */
const SOON_MS = 5 * 60_000;

/** What it works with. */
interface KeepingHost {
  readonly config: Pick<ServeConfig, 'alertmanager' | 'cluster'>;
  readonly log: Logger;
  readonly machine: Machine;
  readiness(): Pick<Readiness, 'ready'>;
}

/** Starts it; undefined without the flag. */
export function keepSilences(
  { pipeline, now }: Pick<LivePipeline, 'pipeline' | 'now'>,
  { config, log, machine, readiness }: KeepingHost,
  mayWrite: () => boolean,
): SilenceKeeper | undefined {
  if (config.alertmanager === undefined) return undefined;
  const backend = openSender(config.alertmanager, machine.timers);
  const { inventory, policies } = pipeline.roll;
  const keeper = startSilences({
    ask: backend.send,
    ...machine,
    log,
    cluster: config.cluster,
    wanted: () => planSilences(inventory, policies.values(), { now: now(), soonMs: SOON_MS }),
    mayWrite,
    isCertain: () => readiness().ready,
  });
  return {
    writes: keeper.writes,
    stop: async () => {
      await keeper.stop();
      backend.close();
    },
  };
}
