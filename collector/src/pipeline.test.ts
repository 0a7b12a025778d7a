import type { Policy } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createTestCluster, sumCounters, type TestCluster } from './test-cluster.ts';
import { condition, HOUR, MINUTE, START, taint, readyAs } from './test-objects.ts';
import type { PolicyReading } from './sli/index.ts';

const WEB = { labels: { pool: 'web' } };
const GPU = { labels: { pool: 'gpu' } };
const NOT_READY = condition('False', 'ContainersNotReady');

const POLICY: Partial<Policy> = {
  minimum: new Map([['gpu', 2]]),
  nodeNotReadyExcused: true,
  grace: { joiningMs: 300_000, leavingMs: 900_000, nodeNotReadyMs: 120_000 },
};

/** What happens in the hour, by milliseconds from its start. Every figure of the answer below follows from these times by hand. */
const HOUR_SCRIPT: readonly (readonly [number, (cluster: TestCluster) => void])[] = [
  // Two flaps of 0.3 s.
  [300_000, (own) => own.pod('w1', { ready: NOT_READY })],
  [300_300, (own) => own.pod('w1')],
  [360_000, (own) => own.pod('w1', { ready: NOT_READY })],
  [360_300, (own) => own.pod('w1')],
  // g2 joins, not Ready at first, and takes the phantom's place; it is covered 70.123 s after its creation.
  [
    600_000,
    (own) => own.node('g2', { ...GPU, createdAt: own.now().wallMs, ready: condition('False', 'KubeletNotReady') }),
  ],
  [640_000, (own) => own.node('g2', { ...GPU, createdAt: own.now().wallMs - 40_000 })],
  [650_000, (own) => own.pod('g2', { ready: NOT_READY, createdAt: own.now().wallMs })],
  [670_123, (own) => own.pod('g2')],
  [900_000, (own) => own.stepWall(2 * HOUR)],
  // w4 joins and gets no pod within its five minutes, only at 1,500,000.
  [960_000, (own) => own.node('w4', { ...WEB, createdAt: own.now().wallMs, ...readyAs('True', own.now().wallMs) })],
  // The node watch is stale for 30 s; w2 went meanwhile, which its relist tells last.
  [1_200_000, (own) => own.watch('nodes', 'stale')],
  [1_230_000, relistWithoutW2],
  [1_231_000, (own) => own.podGone('pod-w2')],
  [1_500_000, (own) => own.pod('w4')],
  [1_800_000, (own) => own.stepWall(-3 * HOUR)],
  // w3 is said to leave for 4 min, and again: of its 15 min 11 are left.
  [1_860_000, (own) => own.node('w3', { ...WEB, taints: [taint('ToBeDeletedByClusterAutoscaler')] })],
  // w4 is NotReady for 200 s, of which 120 s are excused.
  [1_980_000, (own) => own.node('w4', { ...WEB, ready: condition('False', 'KubeletNotReady') })],
  [2_100_000, (own) => own.node('w3', WEB)],
  [2_160_000, (own) => own.node('w3', { ...WEB, taints: [taint('ToBeDeletedByClusterAutoscaler')] })],
  [2_180_000, (own) => own.node('w4', WEB)],
  // g1 is exempt for 5 min by a wall clock that soon steps forth by one of them.
  [2_400_000, (own) => own.policy({ ...POLICY, ...exemptFor(own, 300_000) })],
  [2_520_000, (own) => own.stepWall(MINUTE)],
  [2_700_000, (own) => own.node('w1', GPU)],
  [3_000_000, (own) => own.podGone('pod-w3')],
  // From here on only the agent's own faults count against the objective.
  [3_120_000, (own) => own.policy({ ...POLICY, ...agentFaultsOnly() })],
  // g2 is made anew under its name, and covered 10 s later.
  [3_300_000, remakeG2],
  [3_310_000, (own) => own.pod('g2', { uid: 'pod-g2-anew' })],
  [3_480_000, (own) => own.nodeGone('g1')],
  [3_540_000, (own) => own.nodeGone('w1')],
];

function relistWithoutW2(own: TestCluster): void {
  own.node('w1', WEB);
  own.node('w3', WEB);
  own.node('w4', WEB);
  own.node('g1', GPU);
  own.node('g2', GPU);
  own.nodeGone('w2');
  own.watch('nodes', 'live');
}

function remakeG2(own: TestCluster): void {
  own.podGone('pod-g2');
  own.node('g2', { ...GPU, uid: 'g2-anew', createdAt: own.now().wallMs });
}

function exemptFor(own: TestCluster, ms: number): Partial<Policy> {
  return { exemptions: [{ nodes: ['g1'], owner: 'ana', reason: 'rebuild', expiresAt: own.now().wallMs + ms }] };
}

function agentFaultsOnly(): Partial<Policy> {
  return { objectives: [{ sli: 'coverage', target: 0.99, windowMs: 30 * 24 * HOUR, owners: ['agent'] }] };
}

/** Plays the hour. `meanwhile` is called every `everyMs` between the events. */
function playHour(meanwhile: (cluster: TestCluster) => void, everyMs: number): PolicyReading {
  const cluster = createTestCluster();
  cluster.policy(POLICY);
  cluster.daemonSet();
  cluster.revision(1);
  for (const name of ['w1', 'w2', 'w3', 'g1']) {
    cluster.node(name, name.startsWith('w') ? WEB : GPU);
    cluster.pod(name);
  }
  cluster.live();
  const passUntil = (ms: number): void => {
    const left = (): number => START.monoMs + ms - cluster.now().monoMs;
    while (left() > everyMs) {
      cluster.wait(everyMs);
      meanwhile(cluster);
    }
    cluster.wait(left());
  };
  for (const [ms, happens] of HOUR_SCRIPT) {
    passUntil(ms);
    happens(cluster);
  }
  passUntil(3_600_000);
  return cluster.reading();
}

describe('an hour of joins, losses, flaps, relists, clock steps, edits, excuses and phantoms', () => {
  const answer = {
    web: {
      // w1 2,669,400; w2 1,200,000; w3 2,070,000; w4 1,900,000 covered, and 920,600 uncovered.
      valid: 8_760_000,
      // Covered 7,839,400, and the last 480,000 of LabelDrift, which the objective no longer counts.
      good: 8_319_400,
      unobserved: 90_000,
      CreateStalled: 240_000,
      Unexplained: 600,
      LabelDrift: 600_000,
      NodeNotReady: 80_000,
      'Leaving(covered)': 900_000,
      'Joining(uncovered)': 270_000,
      'Joining(unobserved)': 30_000,
      'NodeNotReady(uncovered)': 120_000,
    },
    gpu: {
      // g1 3,210,000; the two g2 2,599,877 and 290,000; w1 840,000 covered, and 660,000 uncovered.
      valid: 7_599_877,
      // Covered 6,939,877, and the last 60,000 of NodeMissing.
      good: 6_999_877,
      unobserved: 60_000,
      NodeMissing: 660_000,
      'Joining(uncovered)': 80_123,
      'Exempt(covered)': 240_000,
    },
  };

  function countersByPool(reading: PolicyReading): Readonly<Record<string, object>> {
    return Object.fromEntries(reading.pools.map((pool) => [pool.pool, sumCounters({ ...reading, pools: [pool] })]));
  }

  test.each<[string, (cluster: TestCluster) => void, number]>([
    ['nobody looks', () => undefined, HOUR],
    ['time is told every 7.001 s', (cluster) => cluster.tick(), 7_001],
    ['somebody reads every 1.5 s', (cluster) => void cluster.reading(), 1_500],
  ])('is counted to the millisecond when %s', (_, meanwhile, everyMs) => {
    const reading = playHour(meanwhile, everyMs);
    expect(countersByPool(reading)).toEqual(answer);
  });

  test('leaves the nodes as they stand', () => {
    const { pools, uncovered, controller } = playHour(() => undefined, HOUR);
    expect(pools.map(({ pool, counts }) => ({ pool, ...counts }))).toEqual([
      { pool: 'gpu', ...counts({ expected: 2, covered: 1, uncovered: 1, current: 1, eligible: 1 }) },
      { pool: 'web', ...counts({ expected: 2, covered: 1, uncovered: 1, current: 1, eligible: 1 }) },
    ]);
    expect(uncovered.map(({ node, reason }) => `${node} ${reason}`)).toEqual(['w3 LabelDrift', ' NodeMissing']);
    expect(controller).toEqual({ desired: 0, divergence: 2, divergenceMs: 3_600_000 });
  });
});

function counts(some: Partial<Record<string, number>>): Readonly<Record<string, number>> {
  const none = { expected: 0, covered: 0, uncovered: 0, unobserved: 0, excused: 0, current: 0 };
  return { ...none, eligible: 0, stray: 0, excluded: 0, ...some } as Record<string, number>;
}
