import { describe, expect, it } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { condition, SECOND } from '../test-objects.ts';
import { createScene, describeIt } from './test-daemons.ts';

type Pool = ReturnType<TestCluster['reading']>['pools'][number];

function readPool(cluster: TestCluster): Pool {
  const [pool] = cluster.reading().pools;
  if (pool === undefined) throw new Error('the policy has no pool: give it a node');
  return pool;
}

describe('the figures of Daemons', () => {
  it('count every asked layer, versions by their commonest ones, and the age of the oldest probe', () => {
    const names = Array.from({ length: 14 }, (_, index) => `n${index}`);
    const cluster = createScene(Object.fromEntries(names.map((name) => [name, { providerId: `aws:///a/i-${name}` }])));
    for (const [index, name] of names.entries()) {
      const daemonVersion = index < 3 ? 'v1.0.0' : `v2.0.${index}`;
      cluster.daemon({ name, instanceIds: [`i-${name}`], daemonVersion, driverVersion: 'v1.1.0' });
      cluster.wait(SECOND);
    }
    const pool = readPool(cluster);
    expect(pool.layers).toEqual([
      { layer: 'pod', good: 14 },
      { layer: 'daemon', good: 14 },
    ]);
    expect(pool.probeAgeMaxMs).toBe(14 * SECOND);
    const daemons = pool.versions.filter(({ component }) => component === 'daemon');
    expect(daemons).toHaveLength(11);
    expect(daemons.find(({ version }) => version === 'v1.0.0')?.nodes).toBe(3);
    expect(daemons.find(({ version }) => version === 'other')?.nodes).toBe(2);
    expect(pool.versions).toContainEqual({ component: 'driver', version: 'v1.1.0', nodes: 14 });
    expect(describeIt(cluster, 'n0')?.findings.map(({ code }) => code)).toEqual(['VersionSkew']);
    for (const name of names.slice(1)) cluster.nodeGone(name);
    cluster.daemon({ name: 'n0', instanceIds: ['i-n0'], daemonVersion: '', driverVersion: 'v1.1.0' });
    expect(cluster.reading().pools[0]?.versions).toEqual([
      { component: 'daemon', version: 'unknown', nodes: 1 },
      { component: 'driver', version: 'v1.1.0', nodes: 1 },
    ]);
  });

  it('have the reasons of the layer only where it is asked', () => {
    const reasons = (cluster: TestCluster): readonly string[] =>
      cluster.reading().pools[0]?.reasons.map(({ reason }) => reason) ?? [];
    expect(reasons(createScene({ n: {} }))).toContain('DaemonAmbiguous');
    expect(reasons(createCoveredCluster(['n']))).not.toContain('DaemonAmbiguous');
  });
});

describe('the Lease of a node', () => {
  it('is evidence in messages and reviews nothing', () => {
    const cluster = createCoveredCluster(['n']);
    cluster.watch('leases', 'live');
    cluster.lease('n', cluster.now().wallMs - 30 * SECOND);
    cluster.wait(10 * SECOND);
    cluster.node('n', { ready: condition('Unknown', 'NodeStatusUnknown') });
    expect(describeIt(cluster, 'n')?.message).toBe(
      'Ready of node n is Unknown (NodeStatusUnknown). Its Lease was last renewed 40 s ago.',
    );
    cluster.lease('n');
    cluster.wait(5 * SECOND);
    expect(describeIt(cluster, 'n')?.message).toMatch(/renewed 5 s ago\.$/);
    cluster.nodeGone('n');
    expect(cluster.pipeline.roll.inventory.leases.size).toBe(0);
  });
});
