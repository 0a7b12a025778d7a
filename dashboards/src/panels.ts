/** Panels that more than one board has. */
import { COVERAGE_METRICS, EXCUSES, RESTART_REASONS, SCHEDULING_FAILURES } from '@rollcall/contract';
import type { Stat, TimeSeries } from './board.ts';
import { ofSeries, toRunbook } from './links.ts';
import { gauge, grown } from './select.ts';
import { cycleColours, OWNER_COLOURS, REASON_COLOURS } from './series-colours.ts';
import { ANY_IS_BAD, NONE_IS_WELL, PLAIN } from './thresholds.ts';

const M = COVERAGE_METRICS;

/** Uncovered nodes by primary reason, stacked. `more` are matchers, such as one owner's. */
export function uncoveredByReason(...more: readonly string[]): TimeSeries {
  return {
    kind: 'time-series',
    title: 'Uncovered nodes by reason',
    description:
      'Expected nodes without the daemon, each under its primary reason. None is good. A click on a reason opens its runbook.',
    unit: 'short',
    width: 12,
    min: 0,
    decimals: 0,
    queries: [{ expr: `sum by (reason) (${gauge(M.uncovered, ...more)}) > 0`, legend: '{{reason}}' }],
    empty: 'no node uncovered, or no collector heard',
    stacked: true,
    colours: REASON_COLOURS,
    links: [toRunbook(ofSeries('reason'))],
    steps: ANY_IS_BAD,
  };
}

/** The same by who can mend it. */
export const uncoveredByOwner: TimeSeries = {
  kind: 'time-series',
  title: 'Uncovered nodes by owner',
  description:
    'The same nodes by who can mend them: the team of the daemon (agent), of the machines (node), of the platform, or whoever rolls out. Call the owner of the largest band.',
  unit: 'short',
  width: 12,
  min: 0,
  decimals: 0,
  queries: [{ expr: `sum by (owner) (${gauge(M.uncovered)}) > 0`, legend: '{{owner}}' }],
  empty: 'no node uncovered, or no collector heard',
  stacked: true,
  colours: OWNER_COLOURS,
  steps: ANY_IS_BAD,
};

/** Restarts in the whole range, as one figure. */
export const restartCount: Stat = {
  kind: 'stat',
  title: 'Restarts',
  description:
    'Restarts of the daemon in the chosen time, on all chosen nodes. A few are life; many at once are a bad version or a limit that is too low: see by reason.',
  unit: 'short',
  width: 4,
  decimals: 0,
  queries: [{ expr: `sum(${grown(M.restarts, '$__range')})`, legend: 'restarts' }],
  steps: NONE_IS_WELL,
};

/** Restarts over time. */
export const restartsByReason: TimeSeries = {
  kind: 'time-series',
  title: 'Restarts by reason',
  description:
    'Restarts per interval, by why the run before ended. OOMKilled: raise the limit or find the leak; Error or a probe: read the log of the run that ended.',
  unit: 'short',
  width: 12,
  min: 0,
  queries: [{ expr: `sum by (reason) (${grown(M.restarts, '$__rate_interval')}) > 0`, legend: '{{reason}}' }],
  empty: 'no restart, or no collector heard',
  stacked: true,
  colours: cycleColours(RESTART_REASONS),
  steps: PLAIN,
};

/** Pods that found no node, or that nobody could make. */
export const failedScheduling: TimeSeries = {
  kind: 'time-series',
  title: 'Failed scheduling by reason',
  description:
    'Daemon pods that could not be placed, or (FailedCreate) not be made, per interval. None is good. Look for quotas, webhooks, priority and room on the node.',
  unit: 'short',
  width: 12,
  min: 0,
  queries: [{ expr: `sum by (reason) (${grown(M.failedScheduling, '$__rate_interval')})`, legend: '{{reason}}' }],
  stacked: true,
  colours: cycleColours(SCHEDULING_FAILURES),
  steps: PLAIN,
};

/** Nodes that are not counted now. */
export const excusedNodes: TimeSeries = {
  kind: 'time-series',
  title: 'Excused nodes by excuse',
  description:
    "Nodes in scope that do not count now. Joining and Leaving come and go with the autoscaler; Maintenance and Exempt are someone's decision. A band that never ends hides an outage.",
  unit: 'short',
  width: 12,
  min: 0,
  decimals: 0,
  queries: [{ expr: `sum by (reason) (${gauge(M.excused)}) > 0`, legend: '{{reason}}' }],
  empty: 'no node excused, or no collector heard',
  stacked: true,
  colours: cycleColours(EXCUSES),
  steps: PLAIN,
};
