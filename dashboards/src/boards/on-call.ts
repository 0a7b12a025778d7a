/** For whoever is paged: what fires, where, since when, why, and what else is odd. */
import { COVERAGE_METRICS } from '@rollcall/contract';
import type { Board, Heatmap, Stat, StateTimeline, Table, TimeSeries } from '../board.ts';
import { figure } from '../figure.ts';
import { ofRow, ofSeries, toBoard, toRunbook } from '../links.ts';
import { POLICY_COLUMNS, POOL_COLUMN, problemNodes, uncoveredNodes } from '../node-tables.ts';
import {
  excusedNodes,
  failedScheduling,
  restartCount,
  restartsByReason,
  uncoveredByOwner,
  uncoveredByReason,
} from '../panels.ts';
import { bucketsOf, coverage, firingAlerts, firingFor, gauge, grown, LOST, orZero } from '../select.ts';
import { ANY_IS_BAD, COVERAGE_STEPS, NONE_IS_WELL, PLAIN } from '../thresholds.ts';

const M = COVERAGE_METRICS;
const [EXPECTED, UNOBSERVED] = [gauge(M.expected), gauge(M.unobserved)];
const NOW: readonly Stat[] = [
  figure({
    title: 'Pages firing',
    description: 'Alerts that wake someone, firing now. None is good; the table below leads to their runbooks.',
    expr: orZero(`count(${firingAlerts('severity="page"')})`),
    steps: ANY_IS_BAD,
  }),
  figure({
    title: 'Uncovered now',
    description: 'Nodes that should run the daemon and do not, or run it badly. None is good; the reasons are below.',
    expr: `sum(${LOST})`,
    steps: ANY_IS_BAD,
  }),
  figure({
    title: 'Longest uncovered',
    description:
      'For how long the longest-uncovered node is so, orderly rollouts and upgrades left out. From 5 min on there is a ticket: look it up in the table of nodes.',
    expr: `max(${gauge(M.longestUncovered)})`,
    unit: 's',
    steps: [{ colour: 'good' }, { from: 60, colour: 'warning' }, { from: 300, colour: 'bad' }],
  }),
  figure({
    title: 'Unobserved nodes',
    description:
      "Expected nodes of which nobody knows whether they are covered. None is good; otherwise look at the collector's watches on the debug board.",
    expr: `sum(${UNOBSERVED})`,
    steps: NONE_IS_WELL,
  }),
  figure({
    title: 'Expected nodes',
    description: 'Nodes that should run the daemon now. A sudden fall is a lost label or a selector that was changed.',
    expr: `sum(${EXPECTED})`,
    steps: PLAIN,
  }),
  {
    ...figure({
      title: 'Coverage',
      description:
        'Covered of expected nodes; unobserved ones count as not covered. 99 % and more is good: below it a budget of 1 % is being spent faster than it grows.',
      expr: coverage(),
      unit: 'percentunit',
      steps: COVERAGE_STEPS,
    }),
    decimals: 2,
  },
];

const alertsFiring: Table = {
  kind: 'table',
  title: 'Alerts firing',
  description:
    'Pages and tickets that fire, the most urgent first, and for how long their condition holds. None is good. A click on the name opens its runbook.',
  unit: 's',
  width: 15,
  height: 8,
  queries: [
    {
      expr: firingFor(
        ['alertname', 'severity', 'priority', 'owner', 'cluster', 'namespace', 'daemonset', 'node_pool'],
        'severity=~"page|ticket"',
      ),
    },
  ],
  empty: 'no alert fires, or no rules loaded',
  columns: [
    { field: 'priority', name: 'Priority', width: 70 },
    { field: 'severity', name: 'Severity', width: 80 },
    { field: 'alertname', name: 'Alert', links: [toRunbook(ofRow('alertname'))] },
    ...POLICY_COLUMNS,
    { field: 'node_pool', name: 'Pool', width: 110 },
    { field: 'owner', name: 'Owner', width: 90 },
    { field: 'Value', name: 'For', unit: 's', decimals: 0, width: 90 },
  ],
  sort: { name: 'Priority', descending: false },
  steps: PLAIN,
};

const worstPools: Table = {
  kind: 'table',
  title: 'Pools that lost most',
  description:
    'The ten pools with the most uncovered nodes, by policy. Many pools of one policy: its DaemonSet; one pool of many policies: its nodes.',
  unit: 'short',
  width: 9,
  height: 8,
  queries: [{ expr: `topk(10, sum by (cluster, namespace, daemonset, node_pool) (${LOST}) > 0)` }],
  empty: 'no pool lost a node, or no collector heard',
  columns: [
    ...POLICY_COLUMNS,
    POOL_COLUMN,
    { field: 'Value', name: 'Uncovered', decimals: 0, width: 100, steps: ANY_IS_BAD },
  ],
  sort: { name: 'Uncovered', descending: true },
  steps: PLAIN,
};

/** Far below what one node of the largest fleet is worth, so that a lost node outweighs any unobserved one. */
const UNOBSERVED_LEVEL = 1e-6;

const poolStates: StateTimeline = {
  kind: 'state-timeline',
  title: 'Pools',
  description:
    'How each pool fared, at the worst of its policies. One colour throughout is good. One band that turns is a pool, all at once is the daemon or the platform.',
  unit: 'percentunit',
  width: 24,
  queries: [
    {
      expr: `max by (cluster, node_pool) (${LOST} / (${EXPECTED} > 0) or label_replace((${UNOBSERVED} > 0) * 0 + ${UNOBSERVED_LEVEL}, "state", "unobserved", "", ""))`,
      legend: '{{cluster}} {{node_pool}}',
    },
  ],
  links: [toBoard('debug', { node_pool: ofSeries('node_pool') })],
  steps: [
    { colour: 'good', word: 'covered' },
    { from: UNOBSERVED_LEVEL, colour: 'unknown', word: 'unobserved' },
    { from: 2 * UNOBSERVED_LEVEL, colour: 'yellow', word: 'some uncovered' },
    { from: 0.1, colour: 'warning', word: 'a tenth uncovered' },
    { from: 0.5, colour: 'bad', word: 'most uncovered' },
  ],
};

const ODD: readonly Stat[] = [
  figure({
    title: 'Nodes not listed',
    description:
      'Uncovered nodes beyond the 50 that are named. Ask the API for them; what counts so many is no single node.',
    expr: `sum(${gauge(M.notListed)})`,
    steps: NONE_IS_WELL,
  }),
  restartCount,
  figure({
    title: 'Stray daemons',
    description:
      "Nodes that run the daemon and should not. None is good: correct the scope or the DaemonSet's selector.",
    expr: `sum(${gauge(M.stray)})`,
    steps: NONE_IS_WELL,
  }),
  figure({
    title: 'Divergence',
    description:
      "By how many nodes the controller's count and ours differ. None is good; for minutes: a label or taint that only one of both sees.",
    expr: `sum(abs(${gauge(M.divergence)}))`,
    steps: NONE_IS_WELL,
  }),
  figure({
    title: 'Diverges since',
    description: 'For how long both counts differ already. Above 3 min there is a ticket.',
    expr: `max(${gauge(M.divergenceSeconds)})`,
    unit: 's',
    steps: [{ colour: 'good' }, { from: 60, colour: 'warning' }, { from: 180, colour: 'bad' }],
  }),
];

const controllerCounts: TimeSeries = {
  kind: 'time-series',
  title: "Eligible nodes against the controller's count",
  description:
    'Nodes that a pod would be placed on, by us and by the DaemonSet controller, and those that are expected. All three together are good; expected above both is drift: a lost label, a new taint.',
  unit: 'short',
  width: 12,
  decimals: 0,
  queries: [
    { expr: `sum(${EXPECTED})`, legend: 'expected' },
    { expr: `sum(${gauge(M.eligible)})`, legend: 'eligible' },
    { expr: `sum(${gauge(M.controllerDesired)})`, legend: 'controller' },
  ],
  colours: { expected: 'good', eligible: 'teal', controller: 'warning' },
  steps: PLAIN,
};

const telemetryLag: Heatmap = {
  kind: 'heatmap',
  title: 'Telemetry lag',
  description:
    'How old the newest record is that the backend has, per heartbeat. Bright and low is good; a second band that climbs is a part of the fleet whose telemetry does not get through.',
  unit: 's',
  width: 8,
  height: 9,
  queries: [{ expr: `sum by (le) (${grown(bucketsOf(M.ingestionLag), '$__rate_interval')})`, legend: '{{le}}' }],
  empty: 'no policy measures ingestion',
  steps: PLAIN,
};

/** The board. */
export const onCall: Board = {
  name: 'on-call',
  title: 'Rollcall / On-call',
  description: 'What fires, where, since when and why; links lead to runbooks, nodes and the collector.',
  from: 'now-3h',
  refresh: '30s',
  variables: ['node_pool', 'api', 'runbooks'],
  rows: [
    { title: 'What fires', panels: [...NOW, alertsFiring, worstPools] },
    { title: 'Where and why', panels: [poolStates, uncoveredByReason(), uncoveredByOwner, uncoveredNodes()] },
    {
      title: 'What else is odd',
      panels: [
        ...ODD.map((odd) => ({ ...odd, width: odd === restartCount ? 4 : 5 })),
        restartsByReason,
        failedScheduling,
        excusedNodes,
        controllerCounts,
      ],
    },
    { title: 'Telemetry and single nodes', panels: [telemetryLag, problemNodes()] },
  ],
};
