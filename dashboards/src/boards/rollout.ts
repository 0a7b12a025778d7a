/** For whoever rolls out: how far it is, what holds it up, and what it costs. */
import {
  COMPONENTS,
  COVERAGE_METRICS,
  JOIN_TOTAL,
  POLICY_LABELS,
  type ComponentName,
  type ReasonCode,
} from '@rollcall/contract';
import type { Board, BoardSettings, Query, Stat, StateTimeline, Table, TimeSeries } from '../board.ts';
import { figure } from '../figure.ts';
import { lines } from '../lines.ts';
import { ofSeries, toBoard } from '../links.ts';
import { POLICY_COLUMNS, POOL_COLUMN } from '../node-tables.ts';
import { excusedNodes, failedScheduling, restartCount, restartsByReason, uncoveredByReason } from '../panels.ts';
import { coverage, gauge, orZero, quantile, select } from '../select.ts';
import { ANY_COLOURS } from '../series-colours.ts';
import { ANY_IS_BAD, COVERAGE_STEPS, NONE_IS_WELL, PLAIN } from '../thresholds.ts';
import { joins } from './slo-spending.ts';

const M = COVERAGE_METRICS;
const [EXPECTED, COVERED, CURRENT] = [gauge(M.expected), gauge(M.covered), gauge(M.current)];

const IN_THE_WAY: readonly ReasonCode[] = ['NodeNotReady', 'NodeUnreachable', 'NodeMissing'];
const BLOCKING = `reason=~"${IN_THE_WAY.join('|')}"`;
const OF_ROLLOUT = 'owner="rollout"';

const FIGURES: readonly Stat[] = [
  {
    ...figure({
      title: 'On the newest revision',
      description: 'Expected nodes that are covered by the newest revision. All is the end of the rollout.',
      expr: `sum(${CURRENT}) / (sum(${EXPECTED}) > 0)`,
      unit: 'percentunit',
      steps: [{ colour: 'warning' }, { from: 0.5, colour: 'excused' }, { from: 0.99, colour: 'good' }],
    }),
    decimals: 1,
  },
  {
    ...figure({
      title: 'Covered',
      description:
        'Expected nodes that are covered, by whatever revision. 99 % and more is good. A good rollout hardly moves it; if it falls, stop and roll back.',
      expr: coverage(),
      unit: 'percentunit',
      steps: COVERAGE_STEPS,
    }),
    decimals: 2,
  },
  figure({
    title: 'Covered by an older one',
    description: 'Nodes that still run an older revision, and run it well: what is still to come.',
    expr: `sum(${COVERED} - ${CURRENT})`,
    steps: PLAIN,
  }),
  figure({
    title: 'Uncovered by the rollout',
    description:
      "Nodes without the daemon whose reason is the rollout's: being replaced, starting, an image that is not there. As many as maxUnavailable, each for a moment, are good.",
    expr: orZero(`sum(${gauge(M.uncovered, OF_ROLLOUT)})`),
    steps: NONE_IS_WELL,
  }),
  figure({
    title: 'Dead nodes in the way',
    description:
      "Nodes that are down eat the rollout's budget: with as many as maxUnavailable it stands still. None is good; bring them back or take them out.",
    expr: orZero(`sum(${gauge(M.uncovered, BLOCKING)})`),
    steps: ANY_IS_BAD,
  }),
  restartCount,
];

const counts = lines({
  title: 'Expected, covered, current',
  description:
    'Current climbs to covered, covered stays at expected: a good rollout. Where covered sinks the new revision does not run; where current stops climbing, the rollout is blocked.',
  unit: 'short',
  width: 12,
  decimals: 0,
  queries: [
    { expr: `sum(${EXPECTED})`, legend: 'expected' },
    { expr: `sum(${COVERED})`, legend: 'covered' },
    { expr: `sum(${CURRENT})`, legend: 'current' },
  ],
  colours: { expected: 'unknown', covered: 'good', current: 'warning' },
});

const progressByPool = lines({
  title: 'Progress by pool',
  description:
    'The share of expected nodes on the newest revision, in each pool. Lines that climb together are good; a pool that stays behind has what holds the rollout up.',
  unit: 'percentunit',
  width: 12,
  max: 1,
  queries: [
    {
      expr: `sum by (cluster, node_pool) (${CURRENT}) / (sum by (cluster, node_pool) (${EXPECTED}) > 0)`,
      legend: '{{cluster}} {{node_pool}}',
    },
  ],
  colours: ANY_COLOURS,
  links: [toBoard('debug', { node_pool: ofSeries('node_pool') })],
});

const bands: StateTimeline = {
  kind: 'state-timeline',
  title: 'Progress by DaemonSet',
  description:
    'When each DaemonSet rolled out: the share of its nodes on the newest revision. The last colour is good; another one for hours is a rollout that stands, or an OnDelete one that waits.',
  unit: 'percentunit',
  width: 24,
  queries: [
    {
      expr: `sum by (${POLICY_LABELS}) (${CURRENT}) / (sum by (${POLICY_LABELS}) (${EXPECTED}) > 0)`,
      legend: '{{cluster}} {{namespace}}/{{daemonset}}',
    },
  ],
  links: [toBoard('rollout', { namespace: ofSeries('namespace'), daemonset: ofSeries('daemonset') })],
  steps: [
    { colour: 'warning', word: 'hardly begun' },
    { from: 0.1, colour: 'yellow', word: 'begun' },
    { from: 0.5, colour: 'excused', word: 'more than half' },
    { from: 0.99, colour: 'good', word: 'current' },
  ],
};

const BY_POOL = 'sum by (cluster, namespace, daemonset, node_pool)';

function notDone(own: string): Query {
  return { expr: `${BY_POOL} (${own}) and (${BY_POOL} (${CURRENT}) < ${BY_POOL} (${EXPECTED}))` };
}

const pools: Table = {
  kind: 'table',
  title: 'Pools that are not done',
  description:
    'Expected, covered and current nodes of each DaemonSet and pool in which some are not current. Empty is the end of the rollout.',
  unit: 'short',
  width: 14,
  queries: [notDone(EXPECTED), notDone(COVERED), notDone(CURRENT)],
  empty: 'all nodes current, or no collector heard',
  columns: [
    ...POLICY_COLUMNS,
    POOL_COLUMN,
    { field: 'Value #A', name: 'Expected', decimals: 0, width: 100 },
    { field: 'Value #B', name: 'Covered', decimals: 0, width: 100 },
    { field: 'Value #C', name: 'Current', decimals: 0, width: 100 },
  ],
  sort: { name: 'Current', descending: false },
  steps: PLAIN,
};

const strategies: Table = {
  kind: 'table',
  title: 'Strategies',
  description:
    'How each DaemonSet rolls out, and whose it is. RollingUpdate goes by itself; OnDelete waits until someone deletes the pods.',
  unit: 'short',
  width: 10,
  queries: [{ expr: `max by (cluster, namespace, daemonset, strategy, team) (${select(M.policyInfo)})` }],
  columns: [...POLICY_COLUMNS, { field: 'strategy', name: 'Strategy' }, { field: 'team', name: 'Team' }],
  sort: { name: 'DaemonSet', descending: false },
  steps: PLAIN,
};

const deadNodes = lines({
  title: 'Dead nodes in the way, by pool',
  description:
    'Uncovered nodes that are down or not there, by pool. None is good; a rollout waits for them as soon as they are as many as maxUnavailable.',
  unit: 'short',
  width: 12,
  decimals: 0,
  queries: [
    {
      expr: `sum by (cluster, node_pool) (${gauge(M.uncovered, BLOCKING)}) or sum by (cluster, node_pool) (${EXPECTED}) * 0`,
      legend: '{{cluster}} {{node_pool}}',
    },
  ],
  colours: ANY_COLOURS,
  links: [toBoard('debug', { node_pool: ofSeries('node_pool') })],
  stacked: true,
});

const orderly = lines({
  title: 'Orderly changes',
  description:
    'Uncovered nodes that an orderly change explains: a rollout inside its budget, or an upgrade that takes one node after the other. Low and moving on is good; no ticket comes of them, though they count.',
  unit: 'short',
  width: 12,
  decimals: 0,
  queries: [{ expr: `sum by (reason) (${gauge(M.orderly)}) > 0`, legend: '{{reason}}' }],
  empty: 'no orderly change, or no collector heard',
  stacked: true,
  colours: ANY_COLOURS,
});

function versions(component: ComponentName): TimeSeries {
  return lines({
    title: `Versions of the ${component}`,
    description: `Nodes by the version that their ${component} reports. One version, or one that takes over from the other, is good; a third one, or two for days, is a rollout that was left.`,
    unit: 'short',
    decimals: 0,
    queries: [
      { expr: `sum by (version) (${gauge(M.versionNodes, `component="${component}"`)}) > 0`, legend: '{{version}}' },
    ],
    empty: 'no policy reads versions from Daemons',
    stacked: true,
    colours: ANY_COLOURS,
  });
}

const versionTable: Table = {
  kind: 'table',
  title: 'Versions now',
  description:
    'Nodes by component and version, the rarest last. A version that nobody rolls out any more should not be here.',
  unit: 'short',
  width: 8,
  height: 8,
  queries: [{ expr: `sum by (component, version) (${gauge(M.versionNodes)}) > 0` }],
  empty: 'no policy reads versions from Daemons',
  columns: [
    { field: 'component', name: 'Component', width: 110 },
    { field: 'version', name: 'Version' },
    { field: 'Value', name: 'Nodes', decimals: 0, width: 90 },
  ],
  sort: { name: 'Nodes', descending: true },
  steps: PLAIN,
};

const TOTAL = { more: [`stage="${JOIN_TOTAL}"`], window: '1h' };

const timeToCover = lines({
  title: 'Time to be covered',
  description:
    'How long new nodes of the hour before took until they were covered: the middle one and the slowest twentieth. Below 2 min is good; the stages are on the debug board.',
  unit: 's',
  width: 12,
  queries: [
    { expr: quantile(0.5, M.joinDuration, TOTAL), legend: 'p50' },
    { expr: quantile(0.95, M.joinDuration, TOTAL), legend: 'p95' },
  ],
  empty: 'no node joined, or no policy asks for joins',
  colours: { p50: 'good', p95: 'warning' },
  limits: true,
  steps: [{ colour: 'good' }, { from: 120, colour: 'bad' }],
});

/** The board. */
export function rollout({ speed }: BoardSettings): Board {
  return {
    name: 'rollout',
    title: 'Rollcall / Rollout',
    description: 'How far a rollout is, what holds it up, and what it costs: current against covered against expected.',
    from: 'now-6h',
    refresh: '1m',
    variables: ['node_pool', 'runbooks'],
    rows: [
      { title: 'How far', panels: [...FIGURES, counts, progressByPool, bands, pools, strategies] },
      {
        title: 'What holds it up, and what it costs',
        panels: [
          { ...uncoveredByReason(OF_ROLLOUT), title: 'Uncovered by the rollout, by reason' },
          deadNodes,
          orderly,
          restartsByReason,
          failedScheduling,
          excusedNodes,
        ],
      },
      { title: 'Versions', panels: [versionTable, ...COMPONENTS.map(versions)] },
      { title: 'New nodes', panels: [{ ...joins(speed), width: 12 }, timeToCover] },
    ],
  };
}
