/** What budgets go on: node-seconds by reason, owner and excuse, what nobody observed, joins that came late. */
import { COVERAGE_METRICS, JOIN_OUTCOMES, RECORDED, type JoinOutcome } from '@rollcall/contract';
import type { PanelSpec, TimeSeries } from '../board.ts';
import { CHOSEN_SLI, OBJECTIVE } from '../burn.ts';
import { ofRow, toRunbook } from '../links.ts';
import type { Colour } from '../palette.ts';
import { addPieces, gauge, windowOf } from '../select.ts';
import { OWNER_COLOURS, REASON_COLOURS } from '../series-colours.ts';
import { NONE_IS_WELL, PLAIN } from '../thresholds.ts';

const M = COVERAGE_METRICS;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NO_RULES = 'nothing recorded: generate rules';

/** Stacked, each series by a colour of its own. */
function stack(parts: Pick<TimeSeries, 'title' | 'description' | 'queries' | 'empty' | 'colours'>): TimeSeries {
  return { kind: 'time-series', unit: 's', width: 12, min: 0, stacked: true, steps: PLAIN, ...parts };
}

/** Panels on node-seconds that were lost, excused or left out; `speed` is that of the rules. */
export function spending(speed: number): readonly PanelSpec[] {
  return [...lostOverTime(speed), lostInRange(speed), excusedTime(speed), EXCLUDED];
}

/** Uncovered node-seconds in a window, by labels. */
function lost(window: string, speed: number, ...by: readonly string[]): string {
  return addPieces(RECORDED.uncoveredSeconds, { window, speed, by });
}

/** The hour before a point, as the rules write it. */
function hour(speed: number): string {
  return windowOf(HOUR_MS, speed);
}

function lostOverTime(speed: number): readonly PanelSpec[] {
  return [
    stack({
      title: 'Node-time lost by reason',
      description:
        'Uncovered node-time in the hour before, by primary reason. An hour is one node for an hour, or sixty for a minute. None is good; the widest band is where the budget goes.',
      queries: [{ expr: lost(hour(speed), speed, 'reason'), legend: '{{reason}}' }],
      empty: 'nothing lost, or nothing recorded',
      colours: REASON_COLOURS,
    }),
    stack({
      title: 'Node-time lost by owner',
      description:
        'The same by who can mend it: the team of the daemon (agent), of the machines (node), of the platform, or whoever rolls out. Talk to the owner of the widest band.',
      queries: [{ expr: lost(hour(speed), speed, 'owner'), legend: '{{owner}}' }],
      empty: 'nothing lost, or nothing recorded',
      colours: OWNER_COLOURS,
    }),
  ];
}

function lostInRange(speed: number): PanelSpec {
  const all = lost('$__range', speed);
  const each = lost('$__range', speed, 'reason', 'owner');
  return {
    kind: 'table',
    title: 'What the time went on',
    description:
      'Uncovered node-time in the shown time, the largest first, and its share of all of it. Mend what stands on top; a click on a reason opens its runbook.',
    unit: 's',
    width: 8,
    queries: [{ expr: each }, { expr: `${each} / on () group_left () ${all}` }],
    empty: 'nothing lost, or nothing recorded',
    columns: [
      { field: 'reason', name: 'Reason', links: [toRunbook(ofRow('reason'))] },
      { field: 'owner', name: 'Owner', width: 80 },
      { field: 'Value #A', name: 'Lost', unit: 's', decimals: 1, width: 90 },
      { field: 'Value #B', name: 'Share', unit: 'percentunit', decimals: 0, width: 70 },
    ],
    sort: { name: 'Lost', descending: true },
    steps: PLAIN,
  };
}

function excusedTime(speed: number): TimeSeries {
  const excused = addPieces(RECORDED.excusedSeconds, { window: hour(speed), speed, by: ['reason', 'verdict'] });
  return {
    ...stack({
      title: 'Excused node-time',
      description:
        'Node-time that counts for nobody, in the hour before, by excuse, and what the node would have been. “uncovered” is what the excuse hides: adjusted and raw budgets differ by it.',
      queries: [{ expr: excused, legend: '{{reason}}, {{verdict}}' }],
      empty: 'nothing excused, or nothing recorded',
    }),
    width: 8,
    height: 9,
  };
}

const EXCLUDED: TimeSeries = {
  ...stack({
    title: 'Excluded nodes by rule',
    description:
      'Nodes that the policy or Rollcall itself takes out of the scope, such as virtual nodes. Level is good; a band that grows is a part of the fleet that nobody watches.',
    queries: [{ expr: `sum by (rule) (${gauge(M.excluded)})`, legend: '{{rule}}' }],
    empty: 'no node excluded, or no collector heard',
  }),
  unit: 'short',
  width: 8,
  height: 9,
};

/** What was observed in a day, and what it would be if the rest had been bad, or good. */
export function attainmentRange(speed: number): TimeSeries {
  const window = windowOf(DAY_MS, speed);
  const sum = (name: string): string => addPieces(name, { window, speed, by: ['sli'] }, CHOSEN_SLI);
  const [good, valid, unobserved] = [
    sum(RECORDED.goodSeconds),
    sum(RECORDED.validSeconds),
    sum(RECORDED.unobservedSeconds),
  ];
  const all = `(${valid} + ${unobserved} > 0)`;
  return {
    kind: 'time-series',
    title: 'Attainment of a day, and what nobody saw',
    description:
      'From all unobserved time bad to all of it good, of the day before. One line and above the objective (dashed) is good. Apart: the collector was blind, and only the lower line is a promise.',
    unit: 'percentunit',
    decimals: 3,
    width: 8,
    max: 1,
    queries: [
      { expr: `${good} / ${all}`, legend: '{{sli}} at least' },
      { expr: `(${good} + ${unobserved}) / ${all}`, legend: '{{sli}} at most' },
      { expr: `max by (sli) (${OBJECTIVE})`, legend: '{{sli}} objective' },
    ],
    empty: NO_RULES,
    dashed: '/ objective$/',
    steps: PLAIN,
  };
}

const OUTCOME_COLOURS: Readonly<Record<JoinOutcome, Colour>> = { in_time: 'good', late: 'bad', abandoned: 'unknown' };

/** Joins by how they ended. */
export function joins(speed: number): TimeSeries {
  const ended = addPieces(RECORDED.joins, { window: hour(speed), speed, by: ['outcome'] });
  return {
    ...stack({
      title: 'Joins by outcome',
      description: `New nodes in the hour before by how their join ended: ${JOIN_OUTCOMES.join(', ')}. In time is good; late ones spend the budget of “join”. Abandoned ones were gone before their deadline and count for nobody.`,
      queries: [{ expr: ended, legend: '{{outcome}}' }],
      empty: 'no node joined, or no policy asks',
      colours: OUTCOME_COLOURS,
    }),
    unit: 'short',
    width: 8,
  };
}

/** By how much both counts of eligible nodes differ. */
export const divergence: TimeSeries = {
  kind: 'time-series',
  title: 'Divergence from the controller',
  description:
    'Eligible nodes minus the controller’s count. 0 is good. Else one of both sees a label or taint that the other does not, and the figures above rest on it: compare them on the on-call board.',
  unit: 'short',
  width: 8,
  queries: [{ expr: gauge(M.divergence), legend: '{{cluster}} {{namespace}}/{{daemonset}}' }],
  empty: 'no DaemonSet is known',
  limits: true,
  steps: NONE_IS_WELL,
};
