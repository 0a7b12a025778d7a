/** The figures of the boards, to the digit: two clusters, a collector without a name of its cluster, and a change of leaders, by promtool. */
import { generateDashboards } from '@rollcall/dashboards';
import { beforeAll, expect, test } from 'vitest';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { objective, renderFor } from '../rules/policies.ts';
import { askPromtool, type Expectation } from './ask-promtool.ts';
import type { BoardJson } from './read-questions.ts';
import { ALERTS, PAST, POOLS } from './written-fleets.ts';

const BOARDS = generateDashboards({
  speed: 1,
  apiUrl: 'http://collector.example',
  runbookBase: '',
}) as unknown as readonly BoardJson[];

type Row = readonly [place: string, minute: number, samples: Expectation['samples']];

/** Places are written as `panel`, or `panel / B` for its second query. */
function on(board: string, rows: readonly Row[]): readonly Expectation[] {
  return rows.map(([place, minute, samples]) => {
    const [panel = '', refId = 'A'] = place.split(' / ');
    return { board, panel, refId, minute, samples };
  });
}

const OURS = 'namespace="agents",daemonset="agent"';
const EDGE = `cluster="east",${OURS},node_pool="edge"`;
const GENERAL = `${OURS},node_pool="general"`;

/** Minute 60 is the first leader's; the second took over in minute 92. */
const OF_GAUGES: readonly Expectation[] = [
  ...on('on-call', [
    // While what a killed leader said still stands, the greater one counts, and once.
    ['Nodes not listed', 94, { '': 8 }],
    ['Nodes not listed', 180, { '': 3 }],
    // Of four alerts one is no page, and one is not ours.
    ['Pages firing', 180, { '': 2 }],
    // 12-4-5 and 4-4 in the east, 20-18 in the west, 4-4 in the one without a name.
    ['Uncovered now', 60, { '': 5 }],
    // In the minute of the change, and later: 10-8-1, 4-3, 20-15, 6-6.
    ['Uncovered now', 92, { '': 7 }],
    ['Uncovered now', 180, { '': 7 }],
    ['Unobserved nodes', 180, { '': 1 }],
    // 10 + 4 + 20 + 6.
    ['Expected nodes', 180, { '': 40 }],
    // 8 + 3 + 15 + 6 of 40.
    ['Coverage', 180, { '': 0.8 }],
    // 4 + 4 + 18 + 4 of 12 + 4 + 20 + 4.
    ['Coverage', 60, { '': 0.75 }],
    // One node in the east and two in the west are not ready.
    [
      'Uncovered nodes by reason',
      180,
      { 'reason="CrashLoop"': 1, 'reason="NodeNotReady"': 3, 'reason="ImagePullFailed"': 3 },
    ],
    ['Pools that lost most', 180, { [`cluster="east",${GENERAL}`]: 1, [EDGE]: 1, [`cluster="west",${GENERAL}`]: 5 }],
    // A share of each pool's expected nodes: 1 of 10, 1 of 4, 5 of 20, none of 6.
    [
      'Pools',
      180,
      {
        'cluster="east",node_pool="general"': 0.1,
        'cluster="east",node_pool="edge"': 0.25,
        'cluster="west",node_pool="general"': 0.25,
        'node_pool="general"': 0,
      },
    ],
    // Since minute 60 whoever leads, and since minute 150.
    [
      'Uncovered nodes',
      180,
      {
        [`${EDGE},node="n1",reason="NodeNotReady"`]: 7_200,
        [`cluster="west",${GENERAL},node="n1",reason="ImagePullFailed"`]: 1_800,
      },
    ],
  ]),
  ...on('executive', [
    ['Coverage now', 180, { '': 0.8 }],
    ['Nodes without the daemon', 180, { '': 7 }],
    ['Nodes without the daemon / B', 180, { '': 1 }],
    // East keeps both of its promises, west does not, and of the third nothing is known.
    ['Policies that keep their promise', 180, { '': 0.3333 }],
    ['Worst budget left', 180, { '': -2 }],
    // Five minutes after the change nothing of the first leader is left; before that the less of what both said holds.
    ['Worst budget left', 60, { '': 0.9 }],
    ['Worst budget left', 94, { '': -2 }],
    // It ends at -1.
    ['Budget left of 30 days', 180, budgets({ east: 0.5, west: -1 })],
    [
      'Clusters and pools / C',
      180,
      {
        'cluster="east",node_pool="general"': 0.8,
        'cluster="east",node_pool="edge"': 0.75,
        'cluster="west",node_pool="general"': 0.75,
        'node_pool="general"': 1,
      },
    ],
  ]),
  ...on('rollout', [
    // 6 + 1 + 15 + 6 of 40.
    ['On the newest revision', 180, { '': 0.7 }],
    // 32 - 28.
    ['Covered by an older one', 180, { '': 4 }],
    ['Uncovered by the rollout', 180, { '': 3 }],
    ['Dead nodes in the way', 180, { '': 3 }],
    [
      'Progress by pool',
      180,
      {
        'cluster="east",node_pool="general"': 0.6,
        'cluster="east",node_pool="edge"': 0.25,
        'cluster="west",node_pool="general"': 0.75,
        'node_pool="general"': 1,
      },
    ],
  ]),
];

function budgets(left: Readonly<Record<string, number>>): Expectation['samples'] {
  return Object.fromEntries(
    Object.entries(left).map(([cluster, value]) => [`cluster="${cluster}",${OURS},sli="coverage",window="30d"`, value]),
  );
}

function near(east: number, west: number): Expectation['samples'] {
  const of = `${OURS},sli="coverage"`;
  return { [`cluster="east",${of}`]: east, [`cluster="west",${of}`]: west, [of]: 0 };
}

/** East lost, of 10 nodes: 1 from minute 60 on, 2 from 120 to 150, 4 from 170 to 180; west always 1 of 20. The budget is 1 %. */
const OF_PAST: readonly Expectation[] = [
  ...on('slo', [
    // 5 min: 4 of 10. 30 min: 40 of 300 node-minutes. 1 h: 60 + 40 of 600. 2 h: 60 + 60 + 40 of 1,200. 6 h: 160 of 1,800.
    ['Burn rate by window / A', 180, { '': 40 }],
    ['Burn rate by window / B', 180, { '': 13.3333 }],
    ['Burn rate by window / C', 180, { '': 16.6667 }],
    ['Burn rate by window / D', 180, { '': 13.3333 }],
    ['Burn rate by window / E', 180, { '': 8.8889 }],
    // The lesser of 16.67 and 40, and of 8.89 and 13.33; 5 in the west: of 14.4 and of 6.
    ['How near alerts are', 180, near(1.1574, 0.3472)],
    ['How near alerts are / B', 180, near(1.4815, 0.8333)],
    // The hour up to minute 180: 2 nodes for 30 min in the east and 1 for 60 in the west; 4 for ten.
    ['Node-time lost by reason', 180, { 'reason="CrashLoop"': 7_200, 'reason="NodeNotReady"': 2_400 }],
    // Of 36 nodes for 180 min, 160 node-minutes are lost in the east and 180 in the west; 60 were not seen.
    ['Attainment of a day, and what nobody saw', 180, { 'sli="coverage"': 0.9388 }],
    ['Attainment of a day, and what nobody saw / B', 180, { 'sli="coverage"': 0.948 }],
    ['Attainment of a day, and what nobody saw / C', 180, { 'sli="coverage"': 0.99 }],
  ]),
  ...on('executive', [
    // 500 of 600 node-minutes, 19 of 20 nodes, and all.
    [
      'Coverage by cluster and pool',
      180,
      {
        'cluster="east",node_pool="general"': 0.8333,
        'cluster="west",node_pool="general"': 0.95,
        'node_pool="general"': 1,
      },
    ],
  ]),
];

const GAUGES = { boards: BOARDS, series: [...POOLS, ...ALERTS], expectations: OF_GAUGES };
const COUNTERS = { boards: BOARDS, series: PAST, expectations: OF_PAST, rules: renderFor([objective()]) };

beforeAll(() => ensurePrometheus());

test('what leaders say now, of two clusters and one without a name', async () => {
  const { held, output } = await askPromtool(GAUGES);
  expect(held, output).toBe(true);
});

test('what replicas counted, by the rules, over a change of leaders', async () => {
  const { held, output } = await askPromtool(COUNTERS);
  expect(held, output).toBe(true);
});

test.each([
  ['gauges', GAUGES],
  ['counters', COUNTERS],
])('figures of %s that are doubled are all told', async (_, world) => {
  const doubled = JSON.parse(JSON.stringify(BOARDS), (key, value: unknown) =>
    key === 'expr' && typeof value === 'string' ? `2 * (${value})` : value,
  ) as readonly BoardJson[];
  const { held, output } = await askPromtool({ ...world, boards: doubled });
  expect(held).toBe(false);
  // A figure that is zero throughout would be told by nothing.
  expect(output.match(/expr: "round\(/g)).toHaveLength(world.expectations.length);
});
