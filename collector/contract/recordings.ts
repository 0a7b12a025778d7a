/** The names of the recorded series: rules record them, dashboards read them. `level:metric:operations`, as Prometheus advises. */
import { formatDuration } from './promql.ts';
import { SLIS, type SliName } from './slis.ts';

/** Recorded for all policies, by what they are. */
export const RECORDED = {
  team: 'policy:rollcall_policy:info',
  expected: 'pool:rollcall_expected_nodes:max',
  lost: 'pool:rollcall_lost_nodes:sum',
  lostOfPolicy: 'policy:rollcall_lost_nodes:sum',
  expectedOfPolicy: 'policy:rollcall_expected_nodes:sum',
  coverage: 'pool:rollcall_coverage:ratio',
  podCoverage: 'pool:rollcall_pod_coverage:ratio',
  restarts: 'pool:rollcall_restarts_per_node_hour:rate1h',
  joinMean: 'policy:rollcall_node_to_pod_seconds:mean1d',
  joinP95: 'policy:rollcall_node_to_pod_seconds:p95_1d',
  validSeconds: 'pool:rollcall_valid_node_seconds:increase5m',
  goodSeconds: 'pool:rollcall_good_node_seconds:increase5m',
  unobservedSeconds: 'pool:rollcall_unobserved_node_seconds:increase5m',
  uncoveredSeconds: 'pool:rollcall_uncovered_node_seconds:increase5m',
  excusedSeconds: 'pool:rollcall_excused_node_seconds:increase5m',
  joins: 'pool:rollcall_joins:increase5m',
  lagP50: 'policy:rollcall_ingestion_lag_seconds:p50_1h',
  lagP95: 'policy:rollcall_ingestion_lag_seconds:p95_1h',
  lagP99: 'policy:rollcall_ingestion_lag_seconds:p99_1h',
} as const;

/** The window of those of node-seconds and joins by pool, milliseconds: added up at steps of this length each second counts once. */
export const PIECE_MS = 300_000;

/** The series of an objective. `objective` is their level: pools and replicas are added up. Windows are in milliseconds. */
export interface ObjectiveSeries {
  /** The bad share, 0 to 1, over a window. */
  readonly ratio: (ms: number) => string;
  /** Bad and valid node-seconds, or joins, over a window. */
  readonly bad: (ms: number) => string;
  readonly valid: (ms: number) => string;
  /** Seconds of a window in which there was anything to measure. */
  readonly history: (ms: number) => string;
  /** The share of the period's budget that is left; negative once it is overspent. */
  readonly budgetLeft: (periodMs: number) => string;
}

/** Names the series of objectives on an SLI; `speed` divides the windows, also in the names. */
export function nameObjectiveSeries(sli: SliName, speed: number): ObjectiveSeries {
  const unit = SLIS[sli].nodeSeconds ? 'node_seconds' : 'joins';
  const span = (ms: number): string => formatDuration(ms / speed);
  return {
    ratio: (ms) => `objective:rollcall_bad:ratio${span(ms)}`,
    bad: (ms) => `objective:rollcall_bad_${unit}:increase${span(ms)}`,
    valid: (ms) => `objective:rollcall_valid_${unit}:increase${span(ms)}`,
    history: (ms) => `objective:rollcall_history_seconds:count${span(ms)}`,
    budgetLeft: (ms) => `objective:rollcall_budget_remaining:ratio${span(ms)}`,
  };
}
