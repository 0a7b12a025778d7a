/** Recording rules for all policies: what the state alerts read, and the indicators of "What is DaemonSet?" to the letter (M1 to M3). */
import {
  COVERAGE_METRICS,
  formatDuration,
  increase,
  NODE_TO_POD,
  PIECE_MS,
  POLICY_LABELS,
  POOL,
  type ReasonCode,
  RECORDED,
  sumOver,
  without,
} from '@rollcall/contract';
import { finite, gauge } from './promql.ts';
import type { RecordingRule, RuleSettings } from './rule.ts';

const HOUR_MS = 3_600_000;

/** Uncovered by plan or for moments: no part of a collapse. DaemonSetMissing has an alert of its own. */
const NO_LOSS: readonly ReasonCode[] = ['RolloutReplacing', 'Starting', 'NotYetAvailable', 'DaemonSetMissing'];

/** What the state alerts need; evaluated before them, in this order. */
export function recordStates({ speed }: RuleSettings): readonly RecordingRule[] {
  const info = `max by (${POLICY_LABELS}, team) (last_over_time(${COVERAGE_METRICS.policyInfo.name}[${formatDuration(180_000 / speed)}]) == 1)`;
  const lost = gauge(COVERAGE_METRICS.uncovered, { selector: `{reason!~"${NO_LOSS.join('|')}"}`, speed });
  return [
    // One team a policy, also while it changes: two would be an error of the join, and the alert would be lost.
    { record: RECORDED.team, expr: `topk by (${POLICY_LABELS}) (1, ${info})` },
    { record: RECORDED.expected, expr: gauge(COVERAGE_METRICS.expected, { speed }) },
    { record: RECORDED.lost, expr: sumOver(['reason', 'owner'], lost) },
    { record: RECORDED.expectedOfPolicy, expr: sumOver([POOL], RECORDED.expected) },
    { record: RECORDED.lostOfPolicy, expr: sumOver([POOL], RECORDED.lost) },
  ];
}

/** The indicators by which others measure, for boards and for whoever compares; nothing expected, no join: no sample. */
export function recordIndicators({ speed }: RuleSettings): readonly RecordingRule[] {
  const hour = formatDuration(HOUR_MS / speed);
  const day = formatDuration((24 * HOUR_MS) / speed);
  const covered = gauge(COVERAGE_METRICS.covered, { speed });
  const podGood = gauge(COVERAGE_METRICS.layerGood, { selector: '{layer="pod"}', speed });
  const restarts = increase(COVERAGE_METRICS.restarts, { window: hour, drop: ['reason'] });
  const valid = increase(COVERAGE_METRICS.validSeconds, { selector: '{sli="coverage"}', window: hour, drop: ['sli'] });
  const parts = (part: string, drop: readonly string[] = ['stage', POOL]): string =>
    without('sum', `increase(${COVERAGE_METRICS.joinDuration.name}${part}{stage="${NODE_TO_POD}"}[${day}])`, drop);
  return [
    { record: RECORDED.coverage, expr: `${covered} / (${RECORDED.expected} > 0)` },
    { record: RECORDED.podCoverage, expr: `${sumOver(['layer'], podGood)} / (${RECORDED.expected} > 0)` },
    { record: RECORDED.restarts, expr: finite(`${restarts} / (${valid} > 0) * 3600`) },
    { record: RECORDED.joinMean, expr: finite(`${parts('_sum')} / (${parts('_count')} > 0)`) },
    { record: RECORDED.joinP95, expr: finite(`histogram_quantile(0.95, ${parts('_bucket')})`) },
    ...recordLags(hour),
  ];
}

function recordLags(window: string): readonly RecordingRule[] {
  const { name } = COVERAGE_METRICS.ingestionLag;
  const parts = (part: string): string => increase({ name: name + part }, { window });
  const quantiles = [
    [RECORDED.lagP50, 0.5],
    [RECORDED.lagP95, 0.95],
    [RECORDED.lagP99, 0.99],
  ] as const;
  return quantiles.map(([record, quantile]) => ({
    record,
    expr: finite(`histogram_quantile(${quantile}, ${parts('_bucket')})`),
  }));
}

/** Node-seconds and joins by pool in pieces of five minutes: boards add them up over weeks, where the counters would be a hundred million samples. */
export function recordPieces({ speed }: RuleSettings): readonly RecordingRule[] {
  const window = formatDuration(PIECE_MS / speed);
  const { validSeconds, goodSeconds, unobservedSeconds, uncoveredSeconds, excusedSeconds, joins } = COVERAGE_METRICS;
  return [
    { record: RECORDED.validSeconds, expr: finite(increase(validSeconds, { window })) },
    { record: RECORDED.goodSeconds, expr: finite(increase(goodSeconds, { window })) },
    { record: RECORDED.unobservedSeconds, expr: finite(increase(unobservedSeconds, { window })) },
    // Most reasons and excuses never come up: what counted nothing is no series.
    { record: RECORDED.uncoveredSeconds, expr: `${increase(uncoveredSeconds, { window })} > 0 < Inf` },
    { record: RECORDED.excusedSeconds, expr: `${increase(excusedSeconds, { window })} > 0 < Inf` },
    { record: RECORDED.joins, expr: finite(increase(joins, { window })) },
  ];
}
