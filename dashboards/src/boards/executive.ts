/** For those who answer for the promise: is it kept, since when not, where, and whom to ask. */
import { COVERAGE_METRICS, POLICY_LABELS, RECORDED } from '@rollcall/contract';
import type { Board, BoardSettings, PanelSpec, Query, Row, Stat, Table } from '../board.ts';
import { atLeastMinusAll } from '../burn.ts';
import { ofRow, toBoard } from '../links.ts';
import { addPieces, coverage, gauge, held, LOST, recorded, select, windowOf } from '../select.ts';
import { BUDGET_STEPS, COVERAGE_STEPS, NONE_IS_WELL, PLAIN } from '../thresholds.ts';

const M = COVERAGE_METRICS;
const [EXPECTED, COVERED, UNOBSERVED] = [gauge(M.expected), gauge(M.covered), gauge(M.unobserved)];
const HOUR_MS = 3_600_000;

/** The windows that the collector reckons for every objective, whatever its own is. */
const MONTH = 'window="30d"';
const TRENDS = 'window=~"30d|90d"';
const COVERAGE = 'sli="coverage"';
const ATTAINED_IN_30D = held(M.attainment, MONTH);

/** Without a journal there is no past. */
const NO_JOURNAL = 'no journal: serve --journal';
const NO_RULES = 'nothing recorded: generate rules';

const NOW: readonly Stat[] = [
  {
    kind: 'stat',
    title: 'Coverage now',
    description:
      'Covered of expected nodes, all chosen policies together; unobserved nodes count as not covered. 99 % and more is good. Below it the on-call board says which nodes go without the daemon, and why.',
    unit: 'percentunit',
    decimals: 2,
    width: 6,
    queries: [{ expr: coverage(), legend: 'coverage' }],
    empty: 'no node expected, or no collector heard',
    links: [toBoard('on-call')],
    steps: COVERAGE_STEPS,
  },
  {
    kind: 'stat',
    title: 'Nodes without the daemon',
    description:
      'Expected nodes that are uncovered, and those of which nobody knows (unobserved). None is good. The on-call board names them.',
    unit: 'short',
    decimals: 0,
    width: 6,
    queries: [
      { expr: `sum(${LOST})`, legend: 'uncovered' },
      { expr: `sum(${UNOBSERVED})`, legend: 'unobserved' },
    ],
    links: [toBoard('on-call')],
    steps: NONE_IS_WELL,
  },
  {
    kind: 'stat',
    title: 'Policies that keep their promise',
    description:
      'Share of the policies whose objectives were all met over the last 30 days, by what was observed; one of which nothing is known counts as not met. 100 % is good. The inventory below shows which one is not met.',
    unit: 'percentunit',
    decimals: 0,
    width: 6,
    queries: [
      {
        expr: `sum(min by (${POLICY_LABELS}) (${ATTAINED_IN_30D} - on (${POLICY_LABELS}, sli) group_left () ${held(M.objective)}) >= bool 0) / count(count by (${POLICY_LABELS}) (${select(M.policyInfo)}))`,
        legend: 'met',
      },
    ],
    empty: NO_JOURNAL,
    links: [toBoard('slo')],
    steps: [{ colour: 'bad' }, { from: 0.9, colour: 'warning' }, { from: 1, colour: 'good' }],
  },
  {
    kind: 'stat',
    title: 'Worst budget left',
    description:
      'What is left of the error budget of 30 days, of the objective that has least. Above half is good; below a tenth only rollouts that mend; below 0 the objective is missed. The SLO board shows what it went on.',
    unit: 'percentunit',
    decimals: 0,
    width: 6,
    queries: [{ expr: `min(${held(M.budgetRemaining, MONTH)})`, legend: 'left' }],
    empty: NO_JOURNAL,
    links: [toBoard('slo')],
    steps: BUDGET_STEPS,
  },
];

/** By cluster and pool: good of valid node-seconds in a window. */
function coverageIn(window: string, speed: number): string {
  const [good, valid] = [RECORDED.goodSeconds, RECORDED.validSeconds].map((name) =>
    addPieces(name, { window, speed, by: ['cluster', 'node_pool'] }, COVERAGE),
  );
  return `${good} / (${valid} > 0)`;
}

function tellPools(speed: number): Table {
  const by = 'sum by (cluster, node_pool)';
  return {
    kind: 'table',
    title: 'Clusters and pools',
    description:
      'Each pool, all chosen policies together: nodes, coverage now (unobserved nodes count as not covered), and in the shown time, of all node-seconds that were observed. 99 % and more is good. The worst stand on top; a click on a pool opens it.',
    unit: 'short',
    width: 12,
    queries: [
      { expr: `${by} (${EXPECTED})` },
      { expr: `${by} (${LOST})` },
      { expr: coverage('cluster', 'node_pool') },
      { expr: coverageIn('$__range', speed) },
    ],
    columns: [
      { field: 'cluster', name: 'Cluster' },
      { field: 'node_pool', name: 'Pool', links: [toBoard('on-call', { node_pool: ofRow('node_pool') })] },
      { field: 'Value #A', name: 'Expected', decimals: 0, width: 90 },
      { field: 'Value #B', name: 'Uncovered', decimals: 0, width: 100, steps: NONE_IS_WELL },
      { field: 'Value #C', name: 'Now', unit: 'percentunit', decimals: 2, width: 100, steps: COVERAGE_STEPS },
      { field: 'Value #D', name: 'In this time', unit: 'percentunit', decimals: 3, width: 110, steps: COVERAGE_STEPS },
    ],
    sort: { name: 'Now', descending: false },
    steps: PLAIN,
  };
}

function where({ speed }: BoardSettings): readonly PanelSpec[] {
  return [
    tellPools(speed),
    {
      kind: 'state-timeline',
      title: 'Coverage by cluster and pool',
      description:
        'Coverage in the hour before, of all node-seconds. One colour throughout is good. One band that turns is a pool, all at once are the daemon or the platform.',
      unit: 'percentunit',
      decimals: 2,
      width: 12,
      height: 9,
      queries: [{ expr: coverageIn(windowOf(HOUR_MS, speed), speed), legend: '{{cluster}} {{node_pool}}' }],
      empty: NO_RULES,
      steps: [
        { colour: 'bad', word: 'below 90 %' },
        { from: 0.9, colour: 'warning', word: '90 to 99 %' },
        { from: 0.99, colour: 'excused', word: '99 to 99.9 %' },
        { from: 0.999, colour: 'good', word: '99.9 % and more' },
      ],
    },
  ];
}

const PROMISE: readonly PanelSpec[] = [
  {
    kind: 'time-series',
    title: 'Coverage over 30 and 90 days',
    description:
      'Attainment of the coverage objective in the 30 and 90 days before, by the collector’s journal: the past is there although Prometheus keeps less. Level or rising is good. Falling: look at the SLO board for what it went on.',
    unit: 'percentunit',
    decimals: 3,
    width: 12,
    max: 1,
    queries: [
      {
        expr: held(M.attainment, COVERAGE, TRENDS),
        legend: '{{cluster}} {{namespace}}/{{daemonset}} {{window}}',
      },
    ],
    empty: NO_JOURNAL,
    dashed: '/90d$/',
    steps: PLAIN,
  },
  {
    kind: 'time-series',
    title: 'Budget left of 30 days',
    description:
      'Of the coverage objective. Adjusted leaves out what maintenance and the ledger of exclusions take away, raw does not. Above 0 is good. Far apart: much was excluded; ask whether it was planned work. Lines end at -100 %.',
    unit: 'percentunit',
    decimals: 1,
    width: 12,
    max: 1,
    queries: [
      {
        expr: atLeastMinusAll(held(M.budgetRemaining, COVERAGE, MONTH)),
        legend: '{{cluster}} {{namespace}}/{{daemonset}} adjusted',
      },
      {
        expr: atLeastMinusAll(held(M.budgetRemainingRaw, COVERAGE, MONTH)),
        legend: '{{cluster}} {{namespace}}/{{daemonset}} raw',
      },
    ],
    empty: NO_JOURNAL,
    dashed: '/raw$/',
    limits: true,
    steps: [{ colour: 'good' }, { from: 0, colour: 'bad' }],
  },
];

function latency(quantile: string, name: string): Query {
  return { expr: recorded(name), legend: `{{cluster}} {{namespace}}/{{daemonset}} ${quantile}` };
}

const LATENCY: PanelSpec = {
  kind: 'time-series',
  title: 'Ingestion latency',
  description:
    'How old the newest record is that the backend has: half, 95 % and 99 % of the heartbeats of the hour before were below it. Seconds are good, above 30 s telemetry is late. p99 alone: single nodes; p50: the backend.',
  unit: 's',
  width: 24,
  min: 0,
  queries: [latency('p50', RECORDED.lagP50), latency('p95', RECORDED.lagP95), latency('p99', RECORDED.lagP99)],
  empty: 'no policy measures ingestion',
  colours: { '.* p50': 'good', '.* p95': 'warning', '.* p99': 'bad' },
  limits: true,
  steps: [{ colour: 'good' }, { from: 30, colour: 'warning' }],
};

const OF_POLICY = `sum by (${POLICY_LABELS})`;
const TO_POLICY = { namespace: ofRow('namespace'), daemonset: ofRow('daemonset') };

const INVENTORY: Table = {
  kind: 'table',
  title: 'Policies',
  description:
    'Each policy: what the daemon is for, whom to ask, how it rolls out, and how it stands. Attained and budget are the worst of its objectives over 30 days. Coverage of 99 % and more is good. A click opens the policy on the on-call or SLO board.',
  unit: 'short',
  width: 24,
  height: 10,
  queries: [
    { expr: `max by (${POLICY_LABELS}, ${M.policyInfo.labels.join(', ')}) (${select(M.policyInfo)})` },
    { expr: `${OF_POLICY} (${EXPECTED})` },
    { expr: `${OF_POLICY} (${COVERED})` },
    { expr: coverage(POLICY_LABELS) },
    { expr: `min by (${POLICY_LABELS}) (${ATTAINED_IN_30D})` },
    { expr: `min by (${POLICY_LABELS}) (${held(M.budgetRemaining, MONTH)})` },
    { expr: `min by (${POLICY_LABELS}) (${held(M.budgetRemainingRaw, MONTH)})` },
  ],
  columns: [
    { field: 'cluster', name: 'Cluster', width: 110 },
    { field: 'namespace', name: 'Namespace', width: 140 },
    {
      field: 'daemonset',
      name: 'DaemonSet',
      width: 140,
      links: [toBoard('on-call', TO_POLICY), toBoard('slo', TO_POLICY)],
    },
    { field: 'purpose', name: 'Purpose' },
    { field: 'team', name: 'Team', width: 110 },
    { field: 'contact', name: 'Contact', width: 130 },
    { field: 'strategy', name: 'Strategy', width: 120 },
    { field: 'Value #B', name: 'Expected', decimals: 0, width: 90 },
    { field: 'Value #C', name: 'Covered', decimals: 0, width: 90 },
    { field: 'Value #D', name: 'Coverage', unit: 'percentunit', decimals: 2, width: 100, steps: COVERAGE_STEPS },
    { field: 'Value #E', name: 'Attained', unit: 'percentunit', decimals: 3, width: 100 },
    { field: 'Value #F', name: 'Left, adjusted', unit: 'percentunit', decimals: 1, width: 115, steps: BUDGET_STEPS },
    { field: 'Value #G', name: 'Left, raw', unit: 'percentunit', decimals: 1, width: 115, steps: BUDGET_STEPS },
  ],
  sort: { name: 'Coverage', descending: false },
  steps: PLAIN,
};

/** The board. */
export function executive(settings: BoardSettings): Board {
  const rows: readonly Row[] = [
    { title: 'Now', panels: NOW },
    { title: 'Where', panels: where(settings) },
    { title: 'The promise', panels: PROMISE },
    { title: 'Policies', panels: [INVENTORY] },
    { title: 'Telemetry', panels: [LATENCY] },
  ];
  return {
    name: 'executive',
    title: 'Rollcall / Executive',
    description: 'Is the promise kept: coverage by cluster and pool, its trend, the budget left, and whom to ask.',
    from: 'now-30d',
    refresh: '5m',
    variables: ['node_pool'],
    rows,
  };
}
