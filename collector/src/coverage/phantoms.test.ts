import { describe, expect, test } from 'vitest';
import { createCoveredCluster, sumCounters, type TestCluster } from '../test-cluster.ts';
import { HOUR, MINUTE, SECOND, START, taint } from '../test-objects.ts';

const IN_GPU = { labels: { pool: 'gpu' } };

/** A policy that promises three nodes of the pool gpu, of which `there` exist and are covered. */
function createPool(...there: readonly string[]): TestCluster {
  const cluster = createCoveredCluster([], { minimum: new Map([['gpu', 3]]) });
  for (const name of there) join(cluster, name);
  return cluster;
}

function join(cluster: TestCluster, name: string): void {
  cluster.node(name, IN_GPU);
  cluster.pod(name);
}

function phantoms(cluster: TestCluster): readonly string[] {
  const { roll } = cluster.pipeline;
  return [...(roll.policies.get('policy-agent')?.records.keys() ?? [])]
    .filter((key) => key.startsWith('missing/'))
    .sort();
}

describe('phantoms', () => {
  test('stand in for each promised node that is not there, from the very start', () => {
    const cluster = createPool('a');
    expect(phantoms(cluster)).toEqual(['missing/gpu/1', 'missing/gpu/2']);
    expect(cluster.state('missing/gpu/2')).toBe('uncovered:NodeMissing');
    expect(cluster.reading().pools).toMatchObject([
      { pool: 'gpu', counts: { expected: 3, covered: 1, uncovered: 2, eligible: 1 } },
    ]);
  });

  test('vanish as nodes come, appear as nodes go, and their time is kept', () => {
    const cluster = createPool('a', 'b');
    cluster.wait(MINUTE);
    join(cluster, 'c');
    join(cluster, 'd');
    expect(phantoms(cluster)).toEqual([]);
    cluster.wait(MINUTE);
    for (const name of ['a', 'b', 'c']) cluster.nodeGone(name);
    expect(phantoms(cluster)).toEqual(['missing/gpu/1', 'missing/gpu/2']);
    cluster.wait(SECOND);
    expect(sumCounters(cluster.reading())).toEqual({
      valid: 3 * MINUTE + 4 * MINUTE + 3 * SECOND,
      good: 2 * MINUTE + 4 * MINUTE + SECOND,
      NodeMissing: MINUTE + 2 * SECOND,
    });
  });

  test('do not stand in for nodes that are there, however they stand', () => {
    const cluster = createPool('a', 'b', 'c');
    cluster.podGone('pod-a');
    cluster.node('b', { ...IN_GPU, deletedAt: START.wallMs });
    cluster.node('c', { ...IN_GPU, createdAt: START.wallMs });
    expect(phantoms(cluster)).toEqual([]);
  });

  test.each([
    ['moves to another pool', { labels: { pool: 'cpu' } }],
    ['is excluded', { labels: { pool: 'gpu', type: 'virtual-kubelet' } }],
  ])('stand in for a node that %s', (_, changes) => {
    const cluster = createPool('a', 'b', 'c');
    cluster.node('c', changes);
    expect(phantoms(cluster)).toEqual(['missing/gpu/1']);
  });

  test('stand in for a node that left the scope only when that is forgotten', () => {
    const cluster = createPool('a', 'b', 'c');
    cluster.node('c', { ...IN_GPU, taints: [taint('dedicated')] });
    expect(phantoms(cluster)).toEqual([]);
    cluster.wait(24 * HOUR);
    cluster.tick();
    expect(phantoms(cluster)).toEqual(['missing/gpu/1']);
  });

  test('are unobserved while the nodes are, and are not multiplied by it', () => {
    const cluster = createPool('a', 'b');
    cluster.watch('nodes', 'stale');
    expect(phantoms(cluster)).toEqual(['missing/gpu/1']);
    expect(cluster.state('missing/gpu/1')).toBe('unobserved');
    cluster.wait(MINUTE);
    cluster.watch('nodes', 'live');
    expect(cluster.state('missing/gpu/1')).toBe('uncovered:NodeMissing');
    expect(sumCounters(cluster.reading())).toEqual({ unobserved: 180_000 });
  });

  test('follow an edit of the minimum', () => {
    const cluster = createPool('a');
    cluster.policy({ minimum: new Map([['cpu', 1]]) });
    expect(phantoms(cluster)).toEqual(['missing/cpu/1']);
    cluster.policy();
    expect(phantoms(cluster)).toEqual([]);
    expect(cluster.reading().pools.map(({ pool, counts }) => [pool, counts.uncovered])).toEqual([
      ['cpu', 0],
      ['gpu', 0],
    ]);
  });

  test('go with their policy', () => {
    const cluster = createPool();
    const rolls = cluster.pipeline.roll.policies;
    const roll = rolls.get('policy-agent');
    cluster.policyGone();
    expect([roll?.records.size, roll?.uncovered.size, rolls.size]).toEqual([0, 0, 0]);
  });
});
