import { WATCH, type NodeStateObject } from '@rollcall/contract';
import { describe, expect, it } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { SECOND, type NodeChanges } from '../test-objects.ts';
import { describeNode } from './describe-node.ts';

/** Covered nodes under a policy that asks for heartbeats, three of 10 s each; the watch of node states is live and empty. */
function createScene(nodes: Readonly<Record<string, NodeChanges>>): TestCluster {
  const cluster = createCoveredCluster([], {
    heartbeatLayer: { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] },
  });
  for (const [name, changes] of Object.entries(nodes)) {
    cluster.node(name, changes);
    cluster.pod(name);
  }
  cluster.watch(WATCH.nodeStates, 'live');
  return cluster;
}

function heartbeatOf(cluster: TestCluster, node: string): string | null | undefined {
  const { roll } = cluster.pipeline;
  const own = roll.policies.get('policy-agent');
  if (own === undefined) return undefined;
  return describeNode({ inventory: roll.inventory, roll: own, now: cluster.now(), rfc3339: String }, node)?.heartbeat;
}

describe('the heartbeat layer', () => {
  it('counts a sign of life for so many periods, and then knows nothing', () => {
    const cluster = createScene({ n: {} });
    expect(cluster.state('n')).toBe('unobserved');
    expect(heartbeatOf(cluster, 'n')).toBe('no PlexdNodeState names this node');
    cluster.nodeState({ host: 'n' });
    cluster.wait(30 * SECOND - 1);
    expect(cluster.state('n')).toBe('covered');
    expect(heartbeatOf(cluster, 'n')).toBe('PlexdNodeState agents/node-n1 was alive 29 s ago');
    cluster.wait(1);
    expect(cluster.state('n')).toBe('unobserved');
    expect(heartbeatOf(cluster, 'n')).toMatch(/is silent for 30 s, which a node state cannot tell from death$/);
    cluster.nodeState({ host: 'n' });
    expect(cluster.state('n')).toBe('covered');
    cluster.nodeStateGone('uid-node-n1');
    expect(cluster.state('n')).toBe('unobserved');
  });

  it.each<[string, NodeChanges, Partial<NodeStateObject>, string]>([
    ['its host name', {}, { host: 'N' }, 'covered'],
    ['a host name of its addresses', { hosts: ['n.example'] }, { host: 'n.example' }, 'covered'],
    ['the UID of the pod that wrote it', {}, { podUid: 'pod-n' }, 'covered'],
    ['the name of the pod that wrote it', {}, { podName: 'agent-n' }, 'covered'],
    ['a pod of that name elsewhere', {}, { podName: 'agent-n', namespace: 'other' }, 'unobserved'],
    ['its address', { ips: ['10.1.0.7'] }, { meshIp: '10.1.0.7' }, 'covered'],
    ['nothing', {}, {}, 'unobserved'],
    ['no sign of life', {}, { host: 'n', aliveAt: undefined }, 'unobserved'],
  ])('knows a node by %s', (_, node, state, expected) => {
    const cluster = createScene({ n: node });
    cluster.nodeState(state);
    expect(cluster.state('n')).toBe(expected);
  });

  it('takes the newest life of two node states, and none of one that names two nodes', () => {
    const cluster = createScene({ a: {}, b: {} });
    cluster.nodeState({ name: 'one', host: 'a' });
    cluster.wait(20 * SECOND);
    cluster.nodeState({ name: 'two', host: 'a' });
    cluster.wait(10 * SECOND);
    expect(cluster.state('a')).toBe('covered');
    cluster.nodeState({ name: 'two', host: 'a', podUid: 'pod-b' });
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['unobserved', 'unobserved']);
    expect(heartbeatOf(cluster, 'b')).toMatch(/names other nodes too, so that it counts for none$/);
    cluster.podGone('pod-b');
    expect(cluster.state('a')).toBe('covered');
  });

  it('is unknown while the node states cannot be seen, and never bad', () => {
    const cluster = createScene({ n: {} });
    cluster.nodeState({ host: 'n' });
    cluster.watch(WATCH.nodeStates, 'stale');
    expect(cluster.state('n')).toBe('unobserved');
    expect(heartbeatOf(cluster, 'n')).toBe('no heartbeat has come, and the PlexdNodeStates cannot be seen now');
    expect(cluster.reading().pools[0]?.layers).toEqual([
      { layer: 'pod', good: 1 },
      { layer: 'heartbeat', good: 0 },
    ]);
  });
});
