/** The collector's own health as metrics, kept by prom-client on the registry it is given. */
import { COLLECTOR_METRICS, type Metric, type WatchStateName } from '@rollcall/contract';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CollectorFamily } from '../metrics/collector-families.ts';

const WATCH_STATES = ['syncing', 'live', 'stale'] as const satisfies readonly WatchStateName[];

/** An empty registry; the library's own global one is shared by whoever imports it. */
export function createRegistry(): Registry {
  return new Registry();
}

/** One watch as it now is; instants on the monotonic clock, counts since the process began. */
export interface WatchStatus {
  readonly watch: string;
  readonly state: (typeof WATCH_STATES)[number];
  readonly sinceMono: number;
  readonly lastHeardMono: number;
  readonly events: number;
  readonly relists: number;
  readonly errors: Readonly<Record<string, number>>;
}

/** What is read at each scrape. */
export interface SelfMetricsSource {
  readonly version: string;
  readonly watches: () => readonly WatchStatus[];
  readonly rejectedPolicies: () => number;
  readonly leader: () => boolean;
  /** Infinity for no limit. */
  readonly memoryLimitBytes: number;
  /** Counts by outcome. */
  readonly statusWrites: () => Readonly<Record<string, number>>;
  readonly nowMonoMs: () => number;
}

/** The collector's own metrics: `families` gives all of the registry at one instant. */
export interface SelfMetrics {
  /** Books one event's delay from arrival to answer, milliseconds. */
  observeDelay(ms: number): void;
  families(): Promise<readonly CollectorFamily[]>;
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

// From a quiet cluster's well below a millisecond to a list of 100,000 objects.
const DELAY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The library's own arrays are mutable. */
interface FamilyConfig {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

function config({ name, help, labels }: Metric, registry: Registry): FamilyConfig {
  return { name, help, labelNames: [...labels], registers: [registry] };
}

function gauge(registry: Registry, metric: Metric, samples: () => readonly Sample[]): void {
  new Gauge({
    ...config(metric, registry),
    collect() {
      this.reset();
      for (const [labels, value] of samples()) this.set(labels, value);
    },
  });
}

/** The counts are kept by the watches: the library's counter is set anew at each scrape, and a gone watch's series ends. */
function counter(registry: Registry, metric: Metric, samples: () => readonly Sample[]): void {
  new Counter({
    ...config(metric, registry),
    collect() {
      this.reset();
      for (const [labels, value] of samples()) this.inc(labels, value);
    },
  });
}

function stateSamples({ watch, state }: WatchStatus): readonly Sample[] {
  return WATCH_STATES.map((name) => [{ watch, state: name }, name === state ? 1 : 0]);
}

function registerWatches(registry: Registry, { watches, nowMonoMs }: SelfMetricsSource): void {
  const each = (samples: (watch: WatchStatus) => readonly Sample[]) => () => watches().flatMap(samples);
  gauge(registry, COLLECTOR_METRICS.watchState, each(stateSamples));
  gauge(
    registry,
    COLLECTOR_METRICS.watchAge,
    each(({ watch, lastHeardMono }) => [[{ watch }, Math.max(0, nowMonoMs() - lastHeardMono) / 1000]]),
  );
  counter(
    registry,
    COLLECTOR_METRICS.watchEvents,
    each(({ watch, events }) => [[{ watch }, events]]),
  );
  counter(
    registry,
    COLLECTOR_METRICS.watchRelists,
    each(({ watch, relists }) => [[{ watch }, relists]]),
  );
  counter(
    registry,
    COLLECTOR_METRICS.watchErrors,
    each(({ watch, errors }) => Object.entries(errors).map(([code, count]) => [{ watch, code }, count])),
  );
}

/**
 * What of the library's own is left out: gauges that end in `_total`, a suffix that OpenMetrics keeps for counters, and what only
 * somebody who works on Node.js itself reads (39 series of the heap's 13 spaces, kinds of handles).
 */
const LEFT_OUT = /^nodejs_(heap_space_|active_)/;

function registerProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const { name, type } of registry.getMetricsAsArray()) {
    const isMisnamed = String(type) === 'gauge' && name.endsWith('_total');
    if (isMisnamed || LEFT_OUT.test(name)) registry.removeSingleMetric(name);
  }
}

/**
 * Registers COLLECTOR_METRICS and the process's own metrics; throws if the registry has one of them already. It is read as JSON
 * and not as text, because prom-client's OpenMetrics text renames the counters of the registry for good.
 */
export function createSelfMetrics(registry: Registry, source: SelfMetricsSource): SelfMetrics {
  registerProcess(registry);
  registerWatches(registry, source);
  gauge(registry, COLLECTOR_METRICS.rejectedPolicies, () => [[{}, source.rejectedPolicies()]]);
  counter(registry, COLLECTOR_METRICS.statusWrites, () =>
    Object.entries(source.statusWrites()).map(([outcome, count]) => [{ outcome }, count]),
  );
  gauge(registry, COLLECTOR_METRICS.leader, () => [[{}, source.leader() ? 1 : 0]]);
  const limit = source.memoryLimitBytes;
  // The library shows a gauge without labels at 0 when nothing is set.
  if (limit !== Infinity) gauge(registry, COLLECTOR_METRICS.memoryLimit, () => [[{}, limit]]);
  gauge(registry, COLLECTOR_METRICS.buildInfo, () => [[{ version: source.version }, 1]]);
  const delay = new Histogram({ ...config(COLLECTOR_METRICS.observationDelay, registry), buckets: DELAY_BUCKETS_S });
  return {
    observeDelay: (ms) => delay.observe(ms / 1000),
    async families() {
      const metrics = await registry.getMetricsAsJSON();
      // The type declarations call `type` a number; it is the word.
      return metrics.map(({ name, help, type, values }) => ({ name, help, type: String(type), values }));
    },
  };
}
