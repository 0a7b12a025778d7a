/** The collector's own health as metrics. */
import {
  COLLECTOR_METRICS,
  JOURNAL_STATES,
  type JournalStatus,
  type Metric,
  type WatchStateName,
} from '@rollcall/contract';
import type { CollectorFamily } from '../metrics/collector-families.ts';
import { createHistogram } from './histogram.ts';
import { measureProcess } from './process-metrics.ts';

const WATCH_STATES = ['syncing', 'live', 'stale'] as const satisfies readonly WatchStateName[];

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
  readonly rejectedWindows: () => number;
  readonly leader: () => boolean;
  readonly journal: () => JournalStatus;
  /** Infinity for no limit. */
  readonly memoryLimitBytes: number;
  /** Counts by outcome. */
  readonly statusWrites: () => Readonly<Record<string, number>>;
  /** The same of Node conditions; nothing where none are written. */
  readonly nodeConditionWrites: () => Readonly<Record<string, number>>;
  /** The same of silences. */
  readonly silenceWrites: () => Readonly<Record<string, number>>;
  /** Refused heartbeats by why. */
  readonly heartbeatsRefused: () => Readonly<Record<string, number>>;
  /** Kubernetes Events that went unused, by where. */
  readonly eventsDropped: () => Readonly<Record<string, number>>;
  readonly nowMonoMs: () => number;
}

/** The collector's own metrics: `families` gives all at one instant. */
export interface SelfMetrics {
  /** Books one event's delay from arrival to answer, milliseconds. */
  observeDelay(ms: number): void;
  families(): readonly CollectorFamily[];
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

// From a quiet cluster's well below a millisecond to a list of 100,000 objects.
const DELAY_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

function family({ name, type, help }: Metric, samples: readonly Sample[]): CollectorFamily {
  return { name, type, help, values: samples.map(([labels, value]) => ({ labels, value })) };
}

function stateSamples({ watch, state }: WatchStatus): readonly Sample[] {
  return WATCH_STATES.map((name) => [{ watch, state: name }, name === state ? 1 : 0]);
}

/** A watch that is gone ends its series. */
function watchFamilies({ watches, nowMonoMs }: SelfMetricsSource): readonly CollectorFamily[] {
  const all = watches();
  const now = nowMonoMs();
  const { watchState, watchAge, watchEvents, watchRelists, watchErrors } = COLLECTOR_METRICS;
  const each = (value: (watch: WatchStatus) => number): readonly Sample[] =>
    all.map((own) => [{ watch: own.watch }, value(own)]);
  return [
    family(watchState, all.flatMap(stateSamples)),
    family(
      watchAge,
      each(({ lastHeardMono }) => Math.max(0, now - lastHeardMono) / 1000),
    ),
    family(
      watchEvents,
      each(({ events }) => events),
    ),
    family(
      watchRelists,
      each(({ relists }) => relists),
    ),
    family(
      watchErrors,
      all.flatMap(({ watch, errors }) =>
        Object.entries(errors).map(([code, count]): Sample => [{ watch, code }, count]),
      ),
    ),
  ];
}

function byOutcome(counts: Readonly<Record<string, number>>): readonly Sample[] {
  return byLabel('outcome', counts);
}

function byLabel(label: string, counts: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(counts).map(([value, count]) => [{ [label]: value }, count]);
}

function journalFamilies({
  state,
  queued,
  dropped,
  written,
  lastWriteAgeMs,
}: JournalStatus): readonly CollectorFamily[] {
  const { journalState, journalQueued, journalDropped, journalWritten, journalAge } = COLLECTOR_METRICS;
  const states = JOURNAL_STATES.map((name): Sample => [{ state: name }, name === state ? 1 : 0]);
  return [
    family(journalState, states),
    family(journalQueued, [[{}, queued]]),
    family(journalDropped, [[{}, dropped]]),
    family(journalWritten, [[{}, written]]),
    family(journalAge, lastWriteAgeMs === undefined ? [] : [[{}, lastWriteAgeMs / 1000]]),
  ];
}

/** Begins to measure: COLLECTOR_METRICS and the process's own metrics. */
export function createSelfMetrics(source: SelfMetricsSource): SelfMetrics {
  const readProcess = measureProcess();
  const delay = createHistogram(DELAY_BUCKETS_S);
  const {
    rejectedPolicies,
    rejectedWindows,
    statusWrites,
    nodeConditionWrites,
    silenceWrites,
    heartbeatsRefused,
    eventsDropped,
    leader,
    memoryLimit,
    buildInfo,
    observationDelay,
  } = COLLECTOR_METRICS;
  const limit = source.memoryLimitBytes;
  return {
    observeDelay: (ms) => delay.observe(ms / 1000),
    families: () => [
      ...readProcess(),
      ...watchFamilies(source),
      ...journalFamilies(source.journal()),
      family(rejectedPolicies, [[{}, source.rejectedPolicies()]]),
      family(rejectedWindows, [[{}, source.rejectedWindows()]]),
      family(statusWrites, byOutcome(source.statusWrites())),
      family(nodeConditionWrites, byOutcome(source.nodeConditionWrites())),
      family(silenceWrites, byOutcome(source.silenceWrites())),
      family(heartbeatsRefused, byLabel('reason', source.heartbeatsRefused())),
      family(eventsDropped, byLabel('where', source.eventsDropped())),
      family(leader, [[{}, source.leader() ? 1 : 0]]),
      family(memoryLimit, limit === Infinity ? [] : [[{}, limit]]),
      family(buildInfo, [[{ version: source.version }, 1]]),
      { ...family(observationDelay, []), values: delay.samples(observationDelay.name, {}) },
    ],
  };
}
