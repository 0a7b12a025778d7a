import { daemonSource, LOCAL_SOURCE } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from './test-cluster.ts';
import { condition, MINUTE, SECOND } from './test-objects.ts';

const NOT_READY = condition('False', 'ContainersNotReady');

/** Counts every look into a map, and every entry that a walk over it visits. */
function countLooks(map: ReadonlyMap<string, unknown>): { readonly looks: number } {
  const counter = { looks: 0 };
  const get = map.get.bind(map);
  const has = map.has.bind(map);
  const walk = <T>(name: 'keys' | 'values' | 'entries'): (() => MapIterator<T>) => {
    const iterate = map[name].bind(map) as () => MapIterator<T>;
    return function* () {
      for (const item of iterate()) {
        counter.looks += 1;
        yield item;
      }
    } as () => MapIterator<T>;
  };
  Object.assign(map, {
    get: (key: string) => (counter.looks++, get(key)),
    has: (key: string) => (counter.looks++, has(key)),
    keys: walk('keys'),
    values: walk('values'),
    entries: walk('entries'),
    [Symbol.iterator]: walk('entries'),
  });
  return counter;
}

/** Looks at nodes and records that an act on a covered cluster of so many nodes takes. */
function looksOf(nodes: number, act: (cluster: TestCluster) => void): number {
  const names = Array.from({ length: nodes }, (_, index) => `n${index}`);
  const cluster = createCoveredCluster(names, { minimum: new Map([['none', 10]]) });
  const { roll } = cluster.pipeline;
  const counters = [roll.inventory.nodes, roll.inventory.pods, roll.policies.get('policy-agent')?.records].map((map) =>
    countLooks(map ?? new Map()),
  );
  act(cluster);
  return counters.reduce((sum, { looks }) => sum + looks, 0);
}

test.each<[string, (cluster: TestCluster) => void]>([
  ['a pod event', (cluster) => cluster.pod('n7', { ready: NOT_READY })],
  ['the end of a pod', (cluster) => cluster.podGone('pod-n7')],
  ['a node event', (cluster) => cluster.node('n7', { ready: condition('Unknown') })],
  ['the end of a node', (cluster) => cluster.nodeGone('n7')],
  ['a new node', (cluster) => cluster.node('new')],
  ['the status of the DaemonSet', (cluster) => cluster.daemonSet({ status: { desired: 7, observedGeneration: 1 } })],
  ['a revision that is not the newest', (cluster) => cluster.revision(0)],
  ['the state of a watch that nobody needs', (cluster) => cluster.watch('pods/agents/other', 'live')],
  ['a reading', (cluster) => void cluster.reading()],
  [
    'a timer',
    (cluster) => {
      cluster.pod('n7', { ready: NOT_READY, createdAt: cluster.now().wallMs, uid: 'young' });
      cluster.podGone('pod-n7');
      cluster.wait(MINUTE + 59 * SECOND);
      cluster.tick();
      cluster.wait(SECOND);
      cluster.tick();
    },
  ],
])('%s costs the same in a cluster of 5,000 nodes as in one of 50', (_, act) => {
  const few = looksOf(50, act);
  expect(looksOf(5_000, act)).toBe(few);
  expect(few).toBeLessThan(25);
});

test('what answers and the stream read costs no walk over nodes, though the exposition does where agents report', () => {
  const heartbeatLayer = { periodMs: 10 * SECOND, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };
  const cluster = createCoveredCluster(
    Array.from({ length: 500 }, (_, index) => `n${index}`),
    { heartbeatLayer },
  );
  const { pipeline } = cluster;
  const walked = countLooks(pipeline.roll.policies.get('policy-agent')?.records ?? new Map());
  pipeline.summaries(cluster.now());
  pipeline.answer('policy-agent', cluster.now());
  expect(walked.looks).toBe(0);
  pipeline.read(cluster.now());
  expect(walked.looks).toBeGreaterThanOrEqual(500);
});

test('an event that touches every node is told from those that do not by the same count', () => {
  expect(looksOf(500, (cluster) => cluster.revision(2))).toBeGreaterThan(500);
});

/** Looks at nodes, Daemons and the keys of both that an act takes on a cluster of so many nodes, each with its Daemon. */
function witnessLooksOf(nodes: number, act: (cluster: TestCluster) => void): number {
  const names = Array.from({ length: nodes }, (_, index) => `n${index}`);
  const cluster = createCoveredCluster([], { daemonLayer: { source: LOCAL_SOURCE, maxProbeAgeMs: MINUTE } });
  for (const name of names) {
    cluster.node(name, { providerId: `aws:///z/i-${name}` });
    cluster.pod(name);
    cluster.daemon({ name, instanceIds: [`i-${name}`] });
  }
  cluster.watch(daemonSource(LOCAL_SOURCE), 'live');
  const { inventory, policies } = cluster.pipeline.roll;
  const daemons = inventory.daemons.get(daemonSource(LOCAL_SOURCE));
  const counters = [
    inventory.nodes,
    policies.get('policy-agent')?.records,
    inventory.machines?.ids,
    inventory.machines?.keys,
    daemons?.entries,
    daemons?.index.ids,
    daemons?.index.keys,
  ].map((map) => countLooks(map ?? new Map()));
  act(cluster);
  return counters.reduce((sum, { looks }) => sum + looks, 0);
}

test.each<[string, (cluster: TestCluster) => void]>([
  ['a probe', (cluster) => cluster.daemon({ name: 'n7', instanceIds: ['i-n7'] })],
  ['a Daemon that names another node', (cluster) => cluster.daemon({ name: 'n7', instanceIds: ['i-n8'] })],
  ['the end of a Daemon', (cluster) => cluster.daemonGone('uid-n7')],
  ['a node that is named otherwise', (cluster) => cluster.node('n7', { providerId: 'aws:///z/i-n8' })],
  ['the end of a node', (cluster) => cluster.nodeGone('n7')],
])('%s costs the same among 2,000 Daemons as among 50', (_, act) => {
  const few = witnessLooksOf(50, act);
  expect(witnessLooksOf(2_000, act)).toBe(few);
  expect(few).toBeLessThan(60);
});

test('a cluster without Daemons and node states keeps no keys of its nodes', () => {
  const { machines, hosts, daemons } = createCoveredCluster(['a']).pipeline.roll.inventory;
  expect([machines, hosts, daemons.size]).toEqual([undefined, undefined, 0]);
});

test('a pod event costs nothing under policies about other DaemonSets', () => {
  const cluster = createCoveredCluster(['a']);
  const others = Array.from({ length: 30 }, (_, index) => `other-${index}`);
  for (const daemonset of others) {
    cluster.daemonSet({ name: daemonset });
    cluster.policy({ daemonset });
  }
  const records = others.map((name) => cluster.pipeline.roll.policies.get(`policy-${name}`)?.records ?? new Map());
  const counters = records.map(countLooks);
  cluster.pod('a', { ready: NOT_READY });
  expect(counters.map(({ looks }) => looks)).toEqual(others.map(() => 0));
});
