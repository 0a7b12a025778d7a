/** Series of small fleets whose figures can be reckoned by hand: three collectors of two replicas, of which the second leads in the end. */
import { grows, holds, named, type Series, type Stretch } from '../rules/timeline.ts';

/** How long the first replica leads, and all that there is, in minutes. */
const [FIRST_LEADS, ALL] = [92, 185];

/** Two clusters, and a collector that was not told the name of its own. */
const [EAST, WEST, UNNAMED] = [{ cluster: 'east' }, { cluster: 'west' }, {}];

type Labels = Readonly<Record<string, string>>;

const replica = (name: 'a' | 'b'): Labels => ({ instance: `${name}:9808`, pod: `rollcall-${name}` });

/** A gauge of the leader: what the first one says, and the second. Nobody says anything of another one's time. */
function led(metric: string, labels: Labels, [first, second]: readonly [first: number, second: number]): Series[] {
  return [
    holds(named(metric, { ...labels, ...replica('a') }), [
      [FIRST_LEADS, first],
      [ALL - FIRST_LEADS, 'stale'],
    ]),
    holds(named(metric, { ...labels, ...replica('b') }), [
      [FIRST_LEADS, 'missing'],
      [ALL - FIRST_LEADS, second],
    ]),
  ];
}

/** A gauge of leaders of which the first was killed: its figure stands until Prometheus forgets it, five minutes later. */
function outlived(metric: string, labels: Labels, [first, second]: readonly [first: number, second: number]): Series[] {
  const [, ofSecond] = led(metric, labels, [first, second]);
  const ofFirst = holds(named(metric, { ...labels, ...replica('a') }), [[FIRST_LEADS, first]]);
  return ofSecond === undefined ? [ofFirst] : [ofFirst, ofSecond];
}

/** A counter of node-seconds: so many nodes in each stretch. Either replica has it, and only the leader's moves. */
function counted(metric: string, labels: Labels, stretches: readonly Stretch[]): Series[] {
  const minutes = stretches.flatMap(([length, nodes]) => Array.from({ length }, () => nodes));
  const moves = (name: 'a' | 'b', leads: (minute: number) => boolean): Series =>
    grows(
      named(metric, { ...labels, ...replica(name) }),
      minutes.map((nodes, at) => [1, typeof nodes === 'number' && leads(at) ? nodes * 60 : 0]),
    );
  return [moves('a', (minute) => minute < FIRST_LEADS), moves('b', (minute) => minute >= FIRST_LEADS)];
}

/** How many nodes of a pool are what, under the first leader and under the second. */
interface Pool {
  readonly expected: readonly [number, number];
  readonly covered: readonly [number, number];
  readonly current: readonly [number, number];
  readonly unobserved: readonly [number, number];
}

function pool(labels: Labels, nodes: Pool): readonly Series[] {
  return (['expected', 'covered', 'current', 'unobserved'] as const).flatMap((what) =>
    led(`rollcall_${what}_nodes`, labels, nodes[what]),
  );
}

function uncovered(labels: Labels, [reason, owner]: readonly [string, string], nodes: number): readonly Series[] {
  return led('rollcall_uncovered_nodes', { ...labels, reason, owner }, [nodes + 2, nodes]);
}

/** A node by name, from the minute on, whoever leads. */
function listed(labels: Labels, reason: string, since: number): readonly Series[] {
  const of = (name: 'a' | 'b'): string =>
    named('rollcall_uncovered_node_info', { ...labels, reason, ...replica(name) });
  const gone: Stretch = [ALL - FIRST_LEADS, 'stale'];
  const before = Math.max(0, FIRST_LEADS - since);
  const first = holds(of('a'), [[FIRST_LEADS - before, 'missing'], [before, 1], gone]);
  const from = Math.max(FIRST_LEADS, since);
  const second = holds(of('b'), [
    [from, 'missing'],
    [ALL - from, 1],
  ]);
  return before > 0 ? [first, second] : [second];
}

const GENERAL = { node_pool: 'general' };
const [EAST_GENERAL, EAST_EDGE] = [
  { ...EAST, ...GENERAL },
  { ...EAST, node_pool: 'edge' },
];
const [WEST_GENERAL, UNNAMED_GENERAL] = [
  { ...WEST, ...GENERAL },
  { ...UNNAMED, ...GENERAL },
];

/** Gauges. Under the second leader 40 nodes are expected, 32 covered, 1 unobserved and 7 lost. */
export const POOLS: readonly Series[] = [
  ...[EAST, WEST, UNNAMED].flatMap((labels) => led('rollcall_policy_info', { ...labels, team: 't' }, [1, 1])),
  ...pool(EAST_GENERAL, { expected: [12, 10], covered: [4, 8], current: [2, 6], unobserved: [5, 1] }),
  ...pool(EAST_EDGE, { expected: [4, 4], covered: [4, 3], current: [0, 1], unobserved: [0, 0] }),
  ...pool(WEST_GENERAL, { expected: [20, 20], covered: [18, 15], current: [3, 15], unobserved: [0, 0] }),
  ...pool(UNNAMED_GENERAL, { expected: [4, 6], covered: [4, 6], current: [4, 6], unobserved: [0, 0] }),
  ...uncovered(EAST_GENERAL, ['CrashLoop', 'agent'], 1),
  ...uncovered(EAST_EDGE, ['NodeNotReady', 'node'], 1),
  ...uncovered(WEST_GENERAL, ['NodeNotReady', 'node'], 2),
  ...uncovered(WEST_GENERAL, ['ImagePullFailed', 'rollout'], 3),
  ...outlived('rollcall_uncovered_nodes_not_listed', WEST, [8, 3]),
  // The same name in either cluster, and one whose leader changed while it was uncovered.
  ...listed({ ...EAST_EDGE, node: 'n1' }, 'NodeNotReady', 60),
  ...listed({ ...WEST_GENERAL, node: 'n1' }, 'ImagePullFailed', 150),
  ...led('rollcall_objective_ratio', { ...EAST, sli: 'coverage' }, [0.99, 0.99]),
  ...led('rollcall_objective_ratio', { ...EAST, sli: 'join' }, [0.9, 0.9]),
  ...led('rollcall_objective_ratio', { ...WEST, sli: 'coverage' }, [0.99, 0.99]),
  ...led('rollcall_attainment_ratio', { ...EAST, sli: 'coverage', window: '30d' }, [0.5, 0.995]),
  ...led('rollcall_attainment_ratio', { ...EAST, sli: 'join', window: '30d' }, [0.9, 0.9]),
  ...led('rollcall_attainment_ratio', { ...WEST, sli: 'coverage', window: '30d' }, [0.999, 0.97]),
  ...led('rollcall_budget_remaining_ratio', { ...EAST, sli: 'coverage', window: '30d' }, [0.9, 0.5]),
  ...led('rollcall_budget_remaining_ratio', { ...WEST, sli: 'coverage', window: '30d' }, [0.9, -2]),
  ...led('rollcall_budget_remaining_ratio', { ...WEST, sli: 'coverage', window: '90d' }, [-9, -9]),
];

const firing = (alertname: string, severity: string, labels: Labels): Series =>
  holds(named('ALERTS', { instance: undefined, alertname, severity, alertstate: 'firing', ...labels }), [[ALL, 1]]);

/** Two pages of ours, one of another team about the same DaemonSet, and a ticket. */
export const ALERTS: readonly Series[] = [
  firing('CoverageCollapse', 'page', EAST_EDGE),
  firing('BudgetBurnPage', 'page', WEST),
  firing('AgentIsSlow', 'page', EAST),
  firing('NodeUncovered', 'ticket', EAST),
];

interface Past {
  readonly nodes: number;
  readonly bad: readonly Stretch[];
}

function past(labels: Labels, { nodes, bad }: Past): readonly Series[] {
  const good = bad.map(([length, own]): Stretch => [length, typeof own === 'number' ? nodes - own : own]);
  const own = { ...labels, sli: 'coverage' };
  return [
    ...led('rollcall_objective_ratio', { ...labels, node_pool: '', sli: 'coverage' }, [0.99, 0.99]),
    ...counted('rollcall_valid_node_seconds_total', own, [[ALL, nodes]]),
    ...counted('rollcall_good_node_seconds_total', own, good),
  ];
}

/** Counters. East loses 1 of 10 nodes for the hour in which the leader changes, then 2 for half an hour and 4 for the last ten minutes of three hours. */
export const PAST: readonly Series[] = [
  ...past(EAST_GENERAL, {
    nodes: 10,
    bad: [
      [60, 0],
      [60, 1],
      [30, 2],
      [20, 0],
      [10, 4],
      [5, 0],
    ],
  }),
  ...past(WEST_GENERAL, { nodes: 20, bad: [[ALL, 1]] }),
  ...past(UNNAMED_GENERAL, { nodes: 6, bad: [[ALL, 0]] }),
  ...counted('rollcall_uncovered_node_seconds_total', { ...EAST_GENERAL, reason: 'CrashLoop', owner: 'agent' }, [
    [60, 0],
    [60, 1],
    [30, 2],
    [35, 0],
  ]),
  ...counted('rollcall_uncovered_node_seconds_total', { ...EAST_GENERAL, reason: 'NodeNotReady', owner: 'node' }, [
    [170, 0],
    [10, 4],
    [5, 0],
  ]),
  ...counted('rollcall_uncovered_node_seconds_total', { ...WEST_GENERAL, reason: 'CrashLoop', owner: 'agent' }, [
    [ALL, 1],
  ]),
  ...counted('rollcall_unobserved_node_seconds_total', { ...EAST_GENERAL, sli: 'coverage' }, [
    [60, 0],
    [60, 1],
    [65, 0],
  ]),
];
