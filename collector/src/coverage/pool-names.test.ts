import { NO_POOL, OTHER_POOL, POOL_LIMIT } from '@rollcall/contract';
import { describe, expect, it } from 'vitest';
import { createTestCluster, type TestCluster } from '../test-cluster.ts';
import { HOUR, SECOND } from '../test-objects.ts';
import { createPoolNames } from './pool-names.ts';

describe('names of pools', () => {
  it('are kept for the first, for those that are promised nodes, and for nodes without a pool', () => {
    const names = createPoolNames({ minimum: new Map([['promised', 2]]) });
    for (let i = 0; i < 1_000; i++) names.keep(names.nameOf(`pool-${i}`));
    const told = new Set(Array.from({ length: 1_000 }, (_, i) => names.nameOf(`pool-${i}`)));
    expect(told.size).toBe(POOL_LIMIT - 2 + 1);
    expect(['pool-0', 'promised', NO_POOL, 'pool-999'].map(names.nameOf)).toEqual([
      'pool-0',
      'promised',
      NO_POOL,
      OTHER_POOL,
    ]);
  });

  it('are not used up by asking', () => {
    const names = createPoolNames({ minimum: new Map() });
    for (let i = 0; i < 1_000; i++) names.nameOf(`pool-${i}`);
    expect([names.nameOf('one-more'), names.overflows()]).toEqual(['one-more', false]);
  });
});

const NODES = 10_000;

function add(cluster: TestCluster, from: number, to: number): void {
  for (let i = from; i < to; i++) cluster.node(`n${i}`, { labels: { host: `n${i}`, zone: `z${i % 3}` } });
}

/** A policy whose pool label has another value on each of 10,000 nodes. */
function createCrowd(): TestCluster {
  const cluster = createTestCluster();
  cluster.policy({ poolLabels: ['host'], minimum: new Map([['n9999', 1]]) });
  cluster.daemonSet();
  add(cluster, 0, NODES);
  cluster.live();
  return cluster;
}

function sums(cluster: TestCluster): Readonly<Record<string, number>> {
  const { pools } = cluster.reading();
  const sum = (of: (pool: (typeof pools)[number]) => number): number => pools.reduce((all, pool) => all + of(pool), 0);
  return {
    pools: pools.length,
    series: sum(({ reasons, excuses, slis }) => reasons.length + excuses.length + slis.length),
    expected: sum(({ counts }) => counts.expected),
    parts: sum(({ counts }) => counts.covered + counts.uncovered + counts.unobserved),
    uncovered: sum(({ counts }) => counts.uncovered),
    byReason: sum(({ reasons }) => reasons.reduce((all, { nodes }) => all + nodes, 0)),
    validMs: sum(({ slis }) => slis[0]?.validMs ?? 0),
    goodMs: sum(({ slis }) => slis[0]?.goodMs ?? 0),
    reasonMs: sum(({ reasons }) => reasons.reduce((all, { ms }) => all + ms, 0)),
  };
}

describe('a pool label with a value for each node', () => {
  it('makes a bounded number of series, and all sums hold', () => {
    const cluster = createCrowd();
    cluster.wait(HOUR);
    for (let i = 0; i < NODES; i += 2) cluster.pod(`n${i}`);
    cluster.wait(10 * SECOND);
    const all = sums(cluster);
    expect(all).toMatchObject({ pools: POOL_LIMIT, expected: NODES, parts: NODES, uncovered: NODES / 2 });
    expect(all['byReason']).toBe(all['uncovered']);
    expect(all['validMs']).toBe((all['goodMs'] ?? 0) + (all['reasonMs'] ?? 0));
    expect(all['series']).toBeLessThan(6_000);
  }, 20_000);

  it('lets no counter fall, whichever nodes come and go', () => {
    const cluster = createCrowd();
    const counters = (): ReadonlyMap<string, number> =>
      new Map(cluster.reading().pools.map(({ pool, slis }) => [pool, slis[0]?.validMs ?? 0]));
    for (let i = 0; i < 20; i++) {
      const before = counters();
      for (let k = 0; k < 20; k++) cluster.nodeGone(`n${20 * i + k}`);
      add(cluster, NODES + 20 * i, NODES + 20 * (i + 1));
      cluster.wait(SECOND);
      const after = counters();
      const fell = [...before].filter(([pool, ms]) => (after.get(pool) ?? 0) < ms);
      expect(fell).toEqual([]);
      expect(after.size).toBeLessThanOrEqual(POOL_LIMIT + 1);
    }
  }, 20_000);

  it('is told with its mend in a condition, until another label is used', () => {
    const cluster = createCrowd();
    const [before] = cluster.pipeline.summaries(cluster.now());
    expect(before?.conditions.at(-1)).toMatchObject({
      type: 'TooManyPools',
      message: expect.stringMatching(/\(host\) have more than 100 values.*spec\.nodes\.poolLabels/),
    });
    cluster.policy({ poolLabels: ['zone'] });
    const [after] = cluster.pipeline.summaries(cluster.now());
    expect(after?.conditions.map(({ type }) => type)).toEqual(['Ready', 'NoNodesMatch']);
    const counted = cluster.reading().pools.filter(({ counts }) => counts.expected > 0);
    expect(counted.map(({ pool }) => pool)).toEqual(['z0', 'z1', 'z2']);
  });
});
