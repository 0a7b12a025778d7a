import { describe, expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { MINUTE, readyAs } from '../test-objects.ts';

const NODES = ['a', 'b', 'c', 'd', 'e'];

function stage(budget = '1', strategy: 'RollingUpdate' | 'OnDelete' = 'RollingUpdate'): TestCluster {
  const cluster = createCoveredCluster([]);
  cluster.daemonSet({ rolloutBudget: budget, strategy, status: { desired: 5, observedGeneration: 1 } });
  for (const name of NODES) {
    cluster.node(name, { labels: { pool: name < 'c' ? 'gold' : 'iron' } });
    cluster.pod(name);
  }
  cluster.wait(60 * MINUTE);
  cluster.revision(2, { hash: 'h2' });
  return cluster;
}

function orderly(cluster: TestCluster): Readonly<Record<string, object>> {
  return Object.fromEntries(cluster.reading().pools.map(({ pool, orderly: own }) => [pool, own]));
}

function longest(cluster: TestCluster, pool: string): number | undefined {
  return cluster.reading().pools.find((one) => one.pool === pool)?.longestUncoveredMs;
}

const NONE = { rollout: 0, upgrade: 0 };

function replace(cluster: TestCluster, node: string): void {
  cluster.podGone(`pod-${node}`);
}

function reboot(cluster: TestCluster, node: string, pool = 'gold'): void {
  cluster.node(node, { labels: { pool }, unschedulable: true, ...readyAs('False', cluster.now().wallMs) });
}

describe('a rollout is orderly', () => {
  test('for the nodes that it replaces, as many as its budget is', () => {
    const cluster = stage('2');
    replace(cluster, 'a');
    replace(cluster, 'c');
    expect(cluster.state('a')).toBe('uncovered:RolloutReplacing');
    expect(orderly(cluster)).toEqual({ gold: { rollout: 1, upgrade: 0 }, iron: { rollout: 1, upgrade: 0 } });
  });

  test('for none of them once they are more', () => {
    const cluster = stage('1');
    replace(cluster, 'a');
    replace(cluster, 'c');
    expect(orderly(cluster)).toEqual({ gold: NONE, iron: NONE });
  });

  test('not by OnDelete, where nobody keeps a budget', () => {
    const cluster = stage('1', 'OnDelete');
    replace(cluster, 'a');
    expect(orderly(cluster)).toEqual({ gold: NONE, iron: NONE });
  });
});

describe('an upgrade is orderly', () => {
  test('for one cordoned node of a pool after the other', () => {
    const cluster = stage();
    reboot(cluster, 'a');
    reboot(cluster, 'c', 'iron');
    expect(cluster.state('a')).toBe('uncovered:NodeNotReady');
    expect(orderly(cluster)).toEqual({ gold: { rollout: 0, upgrade: 1 }, iron: { rollout: 0, upgrade: 1 } });
  });

  test('for none of two of a pool, and the other pool goes on', () => {
    const cluster = stage();
    reboot(cluster, 'a');
    reboot(cluster, 'b');
    reboot(cluster, 'c', 'iron');
    expect(orderly(cluster)).toEqual({ gold: NONE, iron: { rollout: 0, upgrade: 1 } });
  });

  test('not for a node that nobody cordoned, nor for longer than half an hour', () => {
    const cluster = stage();
    cluster.node('a', { labels: { pool: 'gold' }, ...readyAs('False', cluster.now().wallMs) });
    expect(orderly(cluster)).toEqual({ gold: NONE, iron: NONE });
    reboot(cluster, 'c', 'iron');
    cluster.wait(30 * MINUTE - 1);
    expect(orderly(cluster)['iron']).toEqual({ rollout: 0, upgrade: 1 });
    cluster.wait(1);
    expect(orderly(cluster)['iron']).toEqual(NONE);
  });

  test('until the daemon of a node that is back has had its time to start', () => {
    const cluster = stage();
    reboot(cluster, 'c', 'iron');
    cluster.pod('c', readyAs('False', cluster.now().wallMs));
    cluster.wait(8 * MINUTE);
    cluster.node('c', { labels: { pool: 'iron' }, unschedulable: true, ...readyAs('True', cluster.now().wallMs) });
    expect(cluster.state('c')).toBe('uncovered:Unexplained');
    cluster.wait(2 * MINUTE - 1);
    expect(orderly(cluster)['iron']).toEqual({ rollout: 0, upgrade: 1 });
    cluster.wait(1);
    expect(orderly(cluster)['iron']).toEqual(NONE);
  });
});

describe('the age of the longest-uncovered node', () => {
  test('leaves out a node that is upgraded, though another one is replaced by hand beside it', () => {
    const cluster = stage('1', 'OnDelete');
    reboot(cluster, 'a');
    cluster.wait(7 * MINUTE);
    replace(cluster, 'b');
    cluster.wait(1_000);
    expect(orderly(cluster)['gold']).toEqual({ rollout: 0, upgrade: 1 });
    expect(longest(cluster, 'gold')).toBe(1_000);
  });

  test('leaves out what a rollout replaces inside its budget', () => {
    const cluster = stage('1');
    replace(cluster, 'a');
    cluster.wait(MINUTE);
    expect(longest(cluster, 'gold')).toBe(0);
    replace(cluster, 'c');
    expect(longest(cluster, 'gold')).toBe(MINUTE);
  });

  test('is the whole of it once the change is orderly no longer', () => {
    const cluster = stage();
    reboot(cluster, 'a');
    cluster.wait(30 * MINUTE - 1);
    expect(longest(cluster, 'gold')).toBe(0);
    cluster.wait(1);
    expect(longest(cluster, 'gold')).toBe(30 * MINUTE);
  });
});
