import { afterEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { startTestLayers, type TestLayers } from './test-layers.ts';

let it: TestLayers;

afterEach(() => it.stop());

function addEvent(name: string, kind: string, reason: string, namespace = 'agents'): void {
  it.own.kube.store.apply({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: { kind, name: 'agent', namespace, uid: `uid-${name}` },
    reason,
    type: 'Warning',
    message: 'no',
  } as never);
}

/** Without the first state, which a watch is told to have only if its list takes a moment. */
const told = (source: string): readonly string[] =>
  it.told
    .flatMap((line) => (line.startsWith(`${source} `) ? line.slice(source.length + 1) : []))
    .filter((line) => line !== 'syncing');

test('events of DaemonSets and pods are watched in the namespaces that are asked for, and only there', async () => {
  it = await startTestLayers();
  addEvent('refused', 'DaemonSet', 'FailedCreate');
  addEvent('mount', 'Pod', 'FailedMount');
  addEvent('started', 'Pod', 'Started');
  addEvent('rolled', 'Deployment', 'FailedCreate');
  addEvent('foreign', 'Pod', 'FailedMount', 'others');
  it.need({});
  expect([it.own.kube.openWatches(), it.layers.watches()]).toEqual([0, []]);
  it.need({ namespaces: ['agents'] });
  for (const source of ['events/agents/DaemonSet', 'events/agents/Pod', 'namespaces/agents'])
    await it.hears(`${source} live`);
  expect(told('events/agents/DaemonSet')).toEqual(['+refused', 'live']);
  expect(told('events/agents/Pod')).toEqual(['+mount', 'live']);
  addEvent('later', 'Pod', 'BackOff');
  await it.hears('events/agents/Pod +later');
  it.need({});
  await until(() => it.own.kube.openWatches() === 0, 'all watches to be closed');
  expect(told('events/agents/Pod').slice(-1)).toEqual(['gone']);
});

test('a namespace that begins to be deleted is told of, and an event that the API server forgets is not', async () => {
  it = await startTestLayers();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents', finalizers: ['test/hold'] } };
  it.own.kube.store.apply(namespace as never);
  addEvent('mount', 'Pod', 'FailedMount');
  it.need({ namespaces: ['agents'] });
  await it.hears('namespaces/agents live');
  await it.hears('events/agents/Pod live');
  it.own.delete('Event', 'mount', 'agents');
  it.own.delete('Namespace', 'agents', '');
  await until(() => told('namespaces/agents').length === 3, 'the deletion');
  expect(told('namespaces/agents')).toEqual(['+agents', 'live', '+agents deleted']);
  expect(told('events/agents/Pod')).toEqual(['+mount', 'live']);
});

test("the Leases of kube-controller-manager and kube-scheduler are followed, and no node's", async () => {
  it = await startTestLayers();
  for (const [name, where] of [
    ['kube-controller-manager', 'kube-system'],
    ['kube-scheduler', 'kube-system'],
    ['cloud-controller-manager', 'kube-system'],
    ['n1', 'kube-node-lease'],
  ])
    it.own.kube.store.apply({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: where },
      spec: { leaseDurationSeconds: 15, renewTime: '2026-03-13T13:00:05.000000Z' },
    } as never);
  it.need({ namespaces: ['agents'] });
  await it.hears('leases/kube-controller-manager live');
  expect(told('leases/kube-controller-manager')).toEqual(['+kube-controller-manager', 'live']);
  await it.hears('leases/kube-scheduler live');
  expect(told('leases/kube-scheduler')).toEqual(['+kube-scheduler', 'live']);
  it.need({});
  expect(it.layers.watches()).toEqual([]);
});
