import { WATCH, type ClusterEvent, type NodeObject } from '@rollcall/contract';
import { afterEach, expect, test } from 'vitest';
import { until, untilInTime } from '../test-time.ts';
import { createNodeSharing, projectNode } from './project-node.ts';
import { startTestLayers, type TestLayers } from './test-layers.ts';

let it: TestLayers;

afterEach(() => it.stop());

const STAMP = { wallMs: 0, monoMs: 0 };

function nodeObject(name: string, ready: string): NodeObject {
  const conditions = [{ type: 'Ready', status: ready }];
  return projectNode(
    { metadata: { uid: `uid-${name}`, name }, status: { conditions } },
    createNodeSharing((text) => text),
  );
}

const node = (name: string, ready = 'True'): void =>
  it.layers.observe({
    kind: 'node',
    source: WATCH.nodes,
    uid: `uid-${name}`,
    object: ready === 'gone' ? undefined : nodeObject(name, ready),
    ...STAMP,
  });

function listed(): void {
  const event: ClusterEvent = { kind: 'watchState', source: WATCH.nodes, uid: WATCH.nodes, state: 'live', ...STAMP };
  it.layers.observe(event);
}

function lease(name: string): void {
  it.own.kube.store.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: '2026-03-13T13:00:05.000000Z' },
  });
}

const fleet = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`);
const ids = (): string[] => it.layers.watches().map(({ id }) => id);

test('Leases are watched in a cluster of at most 1,000 nodes, once its nodes are listed', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_000)) node(name);
  for (const name of ['n0', 'n1']) lease(name);
  expect(ids()).toEqual([]);
  listed();
  expect(ids()).toEqual(['leases']);
  await it.hears('leases live');
  expect(it.told).toEqual(['leases +n0', 'leases +n1', 'leases live']);
  it.own.delete('Lease', 'n1', 'kube-node-lease');
  await it.hears('leases -n1');
});

test('in a larger one a Lease is read once when its node turns Unknown, and dropped when that ends', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_001)) node(name);
  for (const name of fleet(5)) lease(name);
  listed();
  node('n1', 'Unknown');
  await it.hears('leases +n1');
  node('n1', 'Unknown');
  node('n2', 'False');
  it.time.advance(10_000);
  node('n1');
  node('n3', 'Unknown');
  await it.hears('leases +n3');
  node('n3', 'gone');
  expect([ids(), it.told]).toEqual([[], ['leases +n1', 'leases -n1', 'leases +n3', 'leases -n3']]);
});

test('a zone that dies is read at 10 nodes a second, and what recovers meanwhile is not', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_200)) {
    node(name);
    lease(name);
  }
  listed();
  for (const name of fleet(1_200)) node(name, 'Unknown');
  it.time.advance(0);
  for (let read = 1; read <= 3; read++) {
    await until(() => it.told.length === read && it.time.pending().length === 1, 'the next Lease');
    it.time.advance(99);
    expect(it.time.pending()).toEqual([1]);
    it.time.advance(1);
  }
  for (const name of fleet(1_200)) node(name);
  const asked = it.told.length;
  await untilInTime(it.time, () => it.time.pending().length === 0, 'the reader to rest');
  expect(asked).toBeLessThanOrEqual(8);
  expect(it.told.slice(0, 3)).toEqual(['leases +n0', 'leases +n1', 'leases +n2']);
  expect(it.told.filter((line) => line.includes('-'))).toHaveLength(3);
});

test('nodes that die while a Lease is read do not make the reading faster', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_200)) {
    node(name);
    lease(name);
  }
  listed();
  node('n0', 'Unknown');
  it.time.advance(0);
  // The first Lease is on its way now, with a limit of its own on how long it may take.
  const [limit] = it.time.pending();
  for (const name of fleet(20)) node(name, 'Unknown');
  expect(it.time.pending()).toEqual([limit]);
  await until(() => it.time.pending()[0] === 100, 'the first Lease');
  expect([it.told, it.time.pending()]).toEqual([['leases +n0'], [100]]);
});

test('a Lease that cannot be read is no evidence, and the next one is read', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_001)) node(name);
  listed();
  lease('n1');
  node('n0', 'Unknown');
  node('n1', 'Unknown');
  await it.hears('leases +n1');
  expect([it.told, it.logged]).toEqual([['leases +n1'], ['the Lease of a node could not be read']]);
});

test('a cluster that crosses the limit switches, and does not each time that it breathes around it', async () => {
  it = await startTestLayers();
  for (const name of fleet(1_000)) node(name);
  lease('n0');
  node('n0', 'Unknown');
  listed();
  await it.hears('leases live');
  node('another');
  await until(() => it.own.kube.openWatches() === 0, 'the watch to be closed');
  await it.hears('leases +n0');
  expect(it.told).toEqual(['leases +n0', 'leases live', 'leases gone', 'leases -n0', 'leases +n0']);
  node('another', 'gone');
  expect(ids()).toEqual([]);
  for (const name of fleet(1_000).slice(900)) node(name, 'gone');
  expect(ids()).toEqual(['leases']);
  await it.hears('leases live');
  expect(it.told.slice(5)).toEqual(['leases -n0', 'leases +n0', 'leases live']);
});
