import { afterEach, expect, test } from 'vitest';
import { until, untilInTime } from '../test-time.ts';
import { startTestWatch, type TestWatch } from './test-watch.ts';

let it: TestWatch | undefined;

afterEach(async () => {
  await it?.stop();
  it = undefined;
});

function watchIds({ watch }: TestWatch): readonly string[] {
  return watch.watches().map(({ id }) => id);
}

function isLive({ watch }: TestWatch): boolean {
  return watch.watches().every(({ reflector }) => reflector.status().state.name === 'live');
}

test('everything is stopped with the watches, the retired ones included', async () => {
  it = await startTestWatch();
  it.cluster.crd();
  for (const name of ['a', 'b']) it.cluster.daemonSet(name);
  it.follow('a', 'b');
  const { kube } = it.cluster;
  await untilInTime(it.time, () => isLive(it as TestWatch) && kube.openWatches() === 6, 'all to be live');
  it.follow('b');
  await it.watch.stop();
  await until(() => kube.openWatches() === 0, 'every watch to be closed');
  expect(watchIds(it)).not.toContain('pods/agents/app=a');
});

test('nodes and pods come in protobuf, and nothing else does', async () => {
  it = await startTestWatch();
  it.cluster.node('n1');
  it.cluster.daemonSet('a');
  it.cluster.pod('a', 'n1');
  it.follow('a');
  await it.reaches('covered', ['a'], ['n1']);
  expect([...it.protobuf].sort()).toEqual(['/api/v1/namespaces/agents/pods', '/api/v1/nodes']);
});

test('revisions are watched in the namespaces of the DaemonSets, and forgotten with the last of them', async () => {
  it = await startTestWatch();
  const { cluster, pipeline } = it;
  cluster.daemonSet('a');
  cluster.kube.store.apply({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: { name: 'of-a-stateful-set', namespace: 'agents' },
    revision: 1,
  });
  it.follow('a', 'nowhere');
  await until(() => pipeline.roll.inventory.revisions.size === 1, 'the revision');
  expect(watchIds(it)).toEqual([
    'nodes',
    'daemonsets',
    'daemoncoverages',
    'maintenancewindows',
    'controllerrevisions/agents',
    'pods/agents/app=a',
  ]);
  cluster.delete('DaemonSet', 'a');
  await until(() => watchIds(it as TestWatch).length === 4, 'the watches to end');
  expect(pipeline.roll.inventory.revisions.size).toBe(0);
});

test('the names of all DaemonSets are told at once when they are listed, then with each that comes or goes', async () => {
  const told: string[] = [];
  it = await startTestWatch({ daemonSets: (names) => void told.push(names.map(({ daemonset }) => daemonset).join()) });
  const { cluster } = it;
  for (const name of ['a', 'b', 'c']) cluster.daemonSet(name);
  await until(() => told.length > 0, 'the list');
  cluster.daemonSet('d');
  await until(() => told.length === 2, 'the new one');
  cluster.kube.store.patchStatus(
    { kind: 'DaemonSet', name: 'd', namespace: 'agents' },
    { desiredNumberScheduled: 1, observedGeneration: 1 },
  );
  cluster.delete('DaemonSet', 'a');
  await until(() => told.length === 3, 'the end of one');
  expect(told).toEqual(['a,b,c', 'a,b,c,d', 'b,c,d']);
});

test('a DaemonSet that goes is named no longer before the core hears of it, so that a discovered policy ends first', async () => {
  const known: (readonly [named: number, known: number | undefined])[] = [];
  const size = () => it?.pipeline.roll.inventory.daemonSets.size;
  it = await startTestWatch({ daemonSets: (names) => void known.push([names.length, size()]) });
  const { cluster } = it;
  cluster.daemonSet('a');
  await until(() => known.length === 1, 'the list');
  cluster.delete('DaemonSet', 'a');
  await until(() => size() === 0, 'the end');
  expect(known).toEqual([
    [1, 1],
    [0, 1],
  ]);
});

test('policies are told as they come, change and go', async () => {
  const told: string[] = [];
  const listener = {
    policy: ({ document }: { document: unknown }) =>
      void told.push(String((document as { spec: { team?: string } }).spec.team)),
    policyGone: () => void told.push('gone'),
  };
  it = await startTestWatch(listener);
  const { cluster } = it;
  cluster.crd();
  cluster.policy('a', { spec: { team: 'one' } });
  await untilInTime(it.time, () => told.length === 1, 'the policy');
  cluster.policy('a', { spec: { team: 'two' } });
  await until(() => told.length === 2, 'the change');
  cluster.delete('DaemonCoverage', 'a');
  await until(() => told.length === 3, 'the end');
  expect(told).toEqual(['one', 'two', 'gone']);
});

test('without the CRD there is no policy and nothing stale; one that is installed later is found, and one that goes ends its policies', async () => {
  const told: string[] = [];
  it = await startTestWatch({ policy: () => void told.push('policy'), policyGone: () => void told.push('gone') });
  const { cluster, time, watch } = it;
  const state = () =>
    watch
      .watches()
      .find(({ id }) => id === 'daemoncoverages')
      ?.reflector.status().state;
  await until(() => state()?.blocked === 'absent', 'the refusal');
  expect(state()?.name).toBe('syncing');
  cluster.crd();
  cluster.policy('a');
  await untilInTime(time, () => told.length === 1, 'the policy');

  await cluster.kube.faults.stopListening();
  cluster.delete('CustomResourceDefinition', 'daemoncoverages.rollcall.dev');
  await cluster.kube.faults.startListening();
  await untilInTime(time, () => told.length === 2, 'the end of all policies');
  expect(state()).toMatchObject({ name: 'stale', blocked: 'absent' });

  cluster.crd();
  cluster.policy('a');
  await untilInTime(time, () => state()?.name === 'live', 'the kind to be back');
  expect(told).toEqual(['policy', 'gone', 'policy']);
});

test('policies that were gone with their kind only for a while are told again', async () => {
  const known = new Set<string>();
  it = await startTestWatch({ policy: ({ uid }) => void known.add(uid), policyGone: (uid) => void known.delete(uid) });
  const { cluster, time, watch } = it;
  cluster.crd();
  cluster.policy('a');
  await untilInTime(time, () => known.size === 1, 'the policy');
  // The kind is not served for some minutes, and comes back with its objects.
  const { registry } = cluster.kube.store;
  const types = registry.types();
  Object.assign(registry, { types: () => types.filter(({ kind }) => kind !== 'DaemonCoverage') });
  cluster.kube.faults.cutWatches();
  await untilInTime(time, () => known.size === 0, 'the policy to be gone');
  await cluster.kube.faults.stopListening();
  const trouble = () => watch.watches()[2]?.reflector.status().state.trouble?.code;
  await untilInTime(time, () => trouble() === 'Network', 'another trouble');
  expect(known.size).toBe(0);
  await cluster.kube.faults.startListening();
  Object.assign(registry, { types: () => types });
  await untilInTime(time, () => known.size === 1, 'the policy to be back');
  expect(watch.watches()[2]?.reflector.status().state.name).toBe('live');
});

test('what cannot be read is passed over and said once, and the others are as they are', async () => {
  it = await startTestWatch();
  const { cluster } = it;
  // Protobuf has no form for this node.
  cluster.kube.faults.speakJsonOnly(true);
  for (const node of ['n1', 'n2']) cluster.node(node);
  cluster.daemonSet('a');
  cluster.pod('a', 'n1');
  cluster.kube.store.apply({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n3', labels: { a: 'b' } },
    spec: { taints: 'none' },
    status: { conditions: { type: 'Ready' } },
  });
  it.follow('a');
  await it.reaches('covered', ['a'], ['n1']);
  expect(['n2', 'n3'].map((node) => it?.state('a', node).split(':')[0])).toEqual(['uncovered', 'excused']);
});
