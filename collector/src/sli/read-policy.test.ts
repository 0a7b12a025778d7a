import { INFO_LIMIT } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, sumCounters, type TestCluster } from '../test-cluster.ts';
import { condition, MINUTE, SECOND, START, taint } from '../test-objects.ts';

const NOT_READY = condition('False', 'ContainersNotReady');

function uncoveredNames(cluster: TestCluster): readonly string[] {
  return cluster.reading().uncovered.map(({ node, reason }) => `${node} ${reason}`);
}

describe('the longest-uncovered nodes', () => {
  test('are listed the longest first, fifty at most, and the others are counted', () => {
    const cluster = createCoveredCluster([]);
    const names = Array.from({ length: INFO_LIMIT + 7 }, (_, index) => `n${100 + index}`);
    for (const name of names.toReversed()) {
      cluster.node(name);
      cluster.wait(SECOND);
    }
    const { uncovered, notListed } = cluster.reading();
    expect(uncovered.map(({ node }) => node)).toEqual(names.toReversed().slice(0, INFO_LIMIT));
    expect(notListed).toBe(7);
    const listed = uncovered.map(({ node }) => node);
    for (const name of listed) cluster.pod(name);
    expect(cluster.reading()).toMatchObject({ notListed: 0, uncovered: { length: 7 } });
  });

  test('stay so however their reason changes', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.pod('a', { ready: NOT_READY });
    cluster.wait(MINUTE);
    cluster.pod('b', { ready: NOT_READY });
    cluster.wait(MINUTE);
    cluster.node('a', { ready: condition('Unknown', 'NodeStatusUnknown') });
    cluster.wait(MINUTE);
    expect(uncoveredNames(cluster)).toEqual(['a NodeUnreachable', 'b Unexplained']);
    expect(cluster.reading().pools.map(({ longestUncoveredMs }) => longestUncoveredMs)).toEqual([3 * MINUTE]);
    cluster.nodeGone('a');
    expect(cluster.reading().pools.map(({ longestUncoveredMs }) => longestUncoveredMs)).toEqual([2 * MINUTE]);
    cluster.pod('b');
    expect(cluster.reading()).toMatchObject({ uncovered: [], pools: [{ longestUncoveredMs: 0 }] });
  });

  test('are measured by pool, phantoms among them without a name', () => {
    const cluster = createCoveredCluster([], { minimum: new Map([['gpu', 1]]) });
    cluster.wait(MINUTE);
    cluster.node('a', { labels: { pool: 'cpu' } });
    cluster.wait(SECOND);
    expect(uncoveredNames(cluster)).toEqual([' NodeMissing', 'a CreateStalled']);
    const longest = cluster.reading().pools.map(({ pool, longestUncoveredMs }) => [pool, longestUncoveredMs]);
    expect(longest).toEqual([
      ['cpu', SECOND],
      ['gpu', MINUTE + SECOND],
    ]);
  });
});

describe('divergence', () => {
  function divergence(cluster: TestCluster): readonly (number | undefined)[] {
    const { controller } = cluster.reading();
    return [controller?.desired, controller?.divergence, controller?.divergenceMs];
  }

  test('lasts from the first difference to the controller count until it is gone', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.wait(SECOND);
    expect(divergence(cluster)).toEqual([0, 2, 1_000]);
    cluster.daemonSet({ status: { desired: 1, observedGeneration: 1 } });
    cluster.wait(SECOND);
    expect(divergence(cluster)).toEqual([1, 1, 2_000]);
    cluster.nodeGone('b');
    cluster.wait(SECOND);
    expect(divergence(cluster)).toEqual([1, 0, 0]);
    cluster.nodeGone('a');
    cluster.wait(250);
    expect(divergence(cluster)).toEqual([1, -1, 250]);
  });

  test('starts anew when the policy turns to another DaemonSet, and is unknown without one', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.wait(MINUTE);
    cluster.daemonSet({ name: 'other' });
    cluster.policy({ uid: 'policy-agent', daemonset: 'other' });
    cluster.wait(SECOND);
    expect(cluster.reading('other').controller).toEqual({ desired: 0, divergence: 1, divergenceMs: 1_000 });
    cluster.daemonSetGone('ds-other');
    expect(cluster.reading('other').controller).toBeNull();
  });

  test('counts every eligible node, in scope or not', () => {
    const cluster = createCoveredCluster(['a'], {
      selector: { matchLabels: { no: 'node' }, matchExpressions: [] },
      exclusions: [{ name: 'lab', selector: { matchLabels: { site: 'lab' }, matchExpressions: [] } }],
    });
    cluster.node('b', { labels: { site: 'lab' } });
    expect(divergence(cluster)).toEqual([0, 2, 0]);
    expect(cluster.reading().pools).toMatchObject([{ counts: { expected: 0, eligible: 2, stray: 1, excluded: 1 } }]);
  });
});

describe('current', () => {
  test('counts covered nodes whose serving pod is of the newest revision', () => {
    const cluster = createCoveredCluster(['a', 'b', 'c']);
    const current = (): number => cluster.reading().pools.reduce((sum, { counts }) => sum + counts.current, 0);
    expect(current()).toBe(3);
    cluster.revision(2);
    expect(current()).toBe(0);
    cluster.pod('a', { uid: 'new-a', hash: 'h2' });
    expect(current()).toBe(1);
    cluster.pod('a', { uid: 'new-a', hash: 'h2', deletedAt: START.wallMs + MINUTE });
    expect(current()).toBe(0);
    cluster.pod('b', { hash: 'h2' });
    cluster.node('b', { ready: condition('False') });
    expect(current()).toBe(0);
  });

  test('is nobody while no revision was seen', () => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet();
    cluster.node('a');
    cluster.pod('a', { hash: '' });
    cluster.live();
    expect(cluster.reading().pools).toMatchObject([{ counts: { covered: 1, current: 0 } }]);
  });
});

describe('a reading', () => {
  test('has a pool for every place that a node ever stood in, with its counters where they were', () => {
    const cluster = createCoveredCluster([]);
    cluster.node('a', { labels: { pool: 'old' } });
    cluster.pod('a');
    cluster.wait(SECOND);
    cluster.node('a', { labels: { pool: 'new' } });
    cluster.wait(MINUTE);
    expect(cluster.reading().pools).toMatchObject([
      { pool: 'new', counts: { covered: 1 }, slis: [{ validMs: 60_000, goodMs: 60_000 }] },
      { pool: 'old', counts: { covered: 0, expected: 0 }, slis: [{ validMs: 1_000, goodMs: 1_000 }] },
    ]);
  });

  test('counts layers of expected nodes only, and of unobserved ones not at all', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.node('b', { deletedAt: START.wallMs });
    expect(cluster.reading().pools).toMatchObject([{ layers: [{ layer: 'pod', good: 1 }] }]);
    cluster.watch('pods/agents/agent', 'stale');
    expect(cluster.reading().pools).toMatchObject([{ layers: [{ layer: 'pod', good: 0 }] }]);
  });

  test('of owners that the objective does not count has their time as good, and as uncovered all the same', () => {
    const objective = { sli: 'coverage', target: 0.99, windowMs: 1, owners: ['agent'] } as const;
    const cluster = createCoveredCluster(['a', 'b'], { objectives: [objective] });
    cluster.node('a', { ready: condition('Unknown') });
    cluster.pod('b', { ready: NOT_READY });
    cluster.wait(10 * SECOND);
    const counted = { valid: 20_000, NodeUnreachable: 10_000, Unexplained: 10_000 };
    expect(sumCounters(cluster.reading())).toEqual({ ...counted, good: 10_000 });
    cluster.policy();
    cluster.wait(SECOND);
    const later = { valid: 22_000, NodeUnreachable: 11_000, Unexplained: 11_000 };
    expect(sumCounters(cluster.reading())).toEqual({ ...later, good: 10_000 });
  });
});

test('every reason that can come up has its counter from the first reading on, at 0, so that increase() sees the first outage', () => {
  const cluster = createCoveredCluster(['a']);
  const [pool] = cluster.reading().pools;
  expect(pool?.reasons.find(({ reason }) => reason === 'CrashLoop')).toEqual({
    reason: 'CrashLoop',
    owner: 'agent',
    nodes: 0,
    ms: 0,
  });
  expect(pool?.reasons.some(({ reason }) => reason === 'NodeMissing')).toBe(false);
  expect(pool?.excuses.map(({ reason, verdict }) => `${reason} ${verdict}`)).toContain('Leaving uncovered');
});

test('a policy that matches no node shows zeros', () => {
  const cluster = createCoveredCluster([]);
  expect(cluster.reading().pools).toMatchObject([{ pool: 'none', counts: { expected: 0 } }]);
});

test('the phantoms of a pool take one place in the list of the longest-uncovered', () => {
  const cluster = createCoveredCluster(['a']);
  cluster.policy({ minimum: new Map([['gpu', 60]]) });
  cluster.pod('a', { ready: condition('False') });
  const { uncovered, notListed } = cluster.reading();
  expect(uncovered.map(({ node, pool }) => `${node}/${pool}`).sort()).toEqual(['/gpu', expect.stringMatching(/^a\//)]);
  expect(notListed).toBe(0);
});

test('a pool in which nodes are only eligible is shown, and one in which nobody even is, is not', () => {
  const cluster = createCoveredCluster([], { selector: { matchLabels: { no: 'node' }, matchExpressions: [] } });
  cluster.node('a', { labels: { pool: 'idle' } });
  cluster.node('b', { labels: { pool: 'far' }, taints: [taint('dedicated')] });
  expect(cluster.reading().pools).toMatchObject([{ pool: 'idle', counts: { expected: 0, eligible: 1 } }]);
});

test('the pool of a node is the first of the labels of the policy that has a value', () => {
  const cluster = createCoveredCluster([], { poolLabels: ['pool', 'group'] });
  cluster.node('a', { labels: { pool: 'web', group: 'x' } });
  cluster.node('b', { labels: { pool: '', group: 'x' } });
  cluster.node('c', { labels: { other: 'y' } });
  cluster.node('d', { labels: {} });
  expect(cluster.reading().pools.map(({ pool, counts }) => [pool, counts.expected])).toEqual([
    ['none', 2],
    ['web', 1],
    ['x', 1],
  ]);
});
