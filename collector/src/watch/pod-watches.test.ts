import { podSource } from '@rollcall/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until, untilInTime } from '../test-time.ts';
import { startTestWatch, type TestWatch } from './test-watch.ts';

const NODES = ['n1', 'n2'];
const MANY = Array.from({ length: 11 }, (_, n) => `d${n}`);
const TEN = MANY.slice(0, 10);

let it: TestWatch;

beforeEach(async () => {
  it = await startTestWatch();
  for (const node of NODES) it.cluster.node(node);
});
afterEach(() => it.stop());

function addDaemonSets(names: readonly string[]): void {
  for (const name of names) {
    it.cluster.daemonSet(name);
    for (const node of NODES) it.cluster.pod(name, node);
  }
}

async function addEleventh(): Promise<void> {
  addDaemonSets(['d10']);
  await until(() => it.pipeline.roll.inventory.daemonSetUids.has('agents/d10'), 'd10 to be seen');
  it.follow(...MANY);
}

/** The states that the core was told of the watch that shows a DaemonSet's pods. */
function told(daemonSet: string): readonly string[] {
  const source = podSource('agents', daemonSet);
  return it.events.flatMap((event) => (event.kind === 'watchState' && event.source === source ? [event.state] : []));
}

function podsOf(daemonSet: string): readonly string[] {
  const pods = [...it.pipeline.roll.inventory.pods.values()].map(({ object }) => object.name);
  return pods.filter((name) => name.startsWith(`${daemonSet}-`)).sort();
}

const ofNamespace = (path: string): boolean => path.includes('/pods?') && !path.includes('labelSelector=');
const ofSelector =
  (daemonSet: string) =>
  (path: string): boolean =>
    path.includes(`labelSelector=app=${daemonSet}`);

describe('a DaemonSet', () => {
  test('has its own watch, and one of the same selector shares it', async () => {
    it.cluster.daemonSet('a');
    it.cluster.daemonSet('b', { labels: { app: 'a' } });
    it.cluster.daemonSet('c');
    for (const name of ['a', 'b', 'c']) it.cluster.pod(name, 'n1');
    it.follow('a', 'b', 'c');
    await it.reaches('covered', ['a', 'b', 'c'], ['n1']);
    expect(it.podWatches()).toEqual(['agents/app=a', 'agents/app=c']);
    it.follow('b', 'c');
    expect(it.podWatches()).toEqual(['agents/app=a', 'agents/app=c']);
    expect(told('a')).toEqual(['syncing', 'live', 'gone']);
  });

  test('whose watch is not live yet leaves its nodes unobserved, and no other', async () => {
    addDaemonSets(['a', 'b']);
    it.hold(ofSelector('b'));
    it.follow('a', 'b');
    await it.reaches('covered', ['a'], NODES);
    expect(NODES.map((node) => it.state('b', node))).toEqual(['unobserved', 'unobserved']);
    it.release();
    await it.reaches('covered', ['b'], NODES);
    expect([told('a'), told('b')]).toEqual([
      ['syncing', 'live'],
      ['syncing', 'live'],
    ]);
  });

  test('is told to be stale with its watch, and live with it again', async () => {
    addDaemonSets(['a']);
    it.follow('a');
    await it.reaches('covered', ['a'], NODES);
    await it.cluster.kube.faults.stopListening();
    await untilInTime(it.time, () => it.state('a', 'n1') === 'unobserved', 'stale');
    await it.cluster.kube.faults.startListening();
    await untilInTime(it.time, () => it.state('a', 'n1') === 'covered', 'live again');
    expect(told('a')).toEqual(['syncing', 'live', 'stale', 'live']);
    expect(it.transitions.filter((text) => text.includes('uncovered'))).toEqual([]);
  });

  test('that is followed no longer takes its watch and its pods along', async () => {
    addDaemonSets(['a', 'b']);
    it.follow('a', 'b');
    await it.reaches('covered', ['a', 'b'], NODES);
    it.follow('b');
    expect([it.podWatches(), podsOf('a'), podsOf('b')]).toEqual([['agents/app=b'], [], ['b-n1', 'b-n2']]);
    await until(() => it.cluster.kube.openWatches() === 5, 'the watch to be closed');
    it.follow('a', 'b');
    await it.reaches('covered', ['a', 'b'], NODES);
  });

  test('that is deleted takes them along too', async () => {
    addDaemonSets(['a']);
    it.follow('a');
    await it.reaches('covered', ['a'], NODES);
    it.cluster.delete('DaemonSet', 'a');
    await until(() => told('a').at(-1) === 'gone', 'gone');
    expect([it.podWatches(), podsOf('a')]).toEqual([[], []]);
    expect(it.state('a', 'n1')).toBe('uncovered:DaemonSetMissing');
  });

  test('made anew with another selector is not judged by the watch of the old one, whatever a relist tells first', async () => {
    addDaemonSets(['a']);
    it.follow('a');
    await it.reaches('covered', ['a'], NODES);
    await it.cluster.kube.faults.stopListening();
    it.cluster.delete('DaemonSet', 'a');
    for (const node of NODES) it.cluster.delete('Pod', `a-${node}`);
    it.cluster.daemonSet('a', { labels: { app: 'second' } });
    for (const node of NODES) it.cluster.pod('a', node);
    it.hold(ofSelector('second'));
    it.cluster.kube.faults.compact();
    await it.cluster.kube.faults.startListening();
    await untilInTime(it.time, () => it.podWatches().includes('agents/app=second'), 'a watch of the new selector');
    expect(told('a').at(-1)).toBe('syncing');
    await until(() => it.podWatches().length === 1, 'the old watch to end');
    expect(NODES.map((node) => it.state('a', node))).toEqual(['unobserved', 'unobserved']);
    it.release();
    await it.reaches('covered', ['a'], NODES);
    expect(it.transitions.filter((text) => text.includes('uncovered'))).toEqual([]);
    expect(podsOf('a')).toEqual(['a-n1', 'a-n2']);
  });
});

describe('the pods of a namespace', () => {
  test('that no DaemonSet owns are not kept, and one that is orphaned is forgotten', async () => {
    addDaemonSets(['a']);
    const { store } = it.cluster.kube;
    store.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'other', namespace: 'agents', labels: { app: 'a' } },
    });
    it.follow('a');
    await it.reaches('covered', ['a'], NODES);
    expect([...it.pipeline.roll.inventory.pods.values()].map(({ object }) => object.name).sort()).toEqual([
      'a-n1',
      'a-n2',
    ]);
    store.patch({ kind: 'Pod', name: 'a-n1', namespace: 'agents' }, { metadata: { ownerReferences: null } });
    await until(() => it.state('a', 'n1') !== 'covered', 'the orphan to be forgotten');
    expect(podsOf('a')).toEqual(['a-n2']);
  });

  test('are watched as a whole from the first when there are many, and with half a list nothing is', async () => {
    addDaemonSets(MANY);
    it.follow(...MANY);
    await it.reaches('covered', MANY, NODES);
    expect(it.podWatches()).toEqual(['agents']);
    expect(it.asked.filter((path) => path.includes('labelSelector='))).toEqual([]);
  });

  test('go from 10 watches to one and back, and no node is ever shown uncovered', async () => {
    addDaemonSets(TEN);
    it.follow(...TEN);
    await it.reaches('covered', TEN, NODES);
    expect(it.podWatches()).toHaveLength(10);

    await addEleventh();
    expect(it.podWatches()).toHaveLength(11);
    await until(() => it.podWatches().length === 1, 'one watch');
    await it.reaches('covered', MANY, NODES);
    expect(it.podWatches()).toEqual(['agents']);

    it.follow(...TEN);
    expect(it.podWatches()).toHaveLength(11);
    await until(() => it.podWatches().length === 10, 'ten watches');
    expect(it.transitions.filter((text) => text.includes('uncovered'))).toEqual([]);
    expect(TEN.map((name) => told(name))).toEqual(TEN.map(() => ['syncing', 'live']));
    expect([...it.pipeline.roll.inventory.pods.keys()]).toHaveLength(20);
    it.cluster.delete('Pod', 'd0-n1');
    await until(() => it.state('d0', 'n1') !== 'covered', 'the loss of a pod');
    expect(podsOf('d0')).toEqual(['d0-n2']);
  });

  test('that change while one watch takes over from ten are as they are', async () => {
    addDaemonSets(TEN);
    it.follow(...TEN);
    await it.reaches('covered', TEN, NODES);
    it.hold(ofNamespace);
    await addEleventh();
    await until(() => it.asked.some(ofNamespace), 'the new watch');
    it.cluster.delete('Pod', 'd0-n1');
    it.cluster.pod('d1', 'n1', { ready: false });
    await until(() => it.state('d0', 'n1') !== 'covered' && it.state('d1', 'n1') !== 'covered', 'the changes');
    expect(it.podWatches()).toHaveLength(11);
    it.release();
    await until(() => it.podWatches().length === 1, 'one watch');
    await it.reaches('covered', ['d10'], NODES);
    expect([podsOf('d0'), podsOf('d1')]).toEqual([['d0-n2'], ['d1-n1', 'd1-n2']]);
    expect(['d0', 'd1'].map((name) => it.state(name, 'n1').split(':')[0])).toEqual(['uncovered', 'uncovered']);
  });

  test('are not brought back by a watch that lags behind another', async () => {
    addDaemonSets(MANY);
    it.follow(...MANY);
    await it.reaches('covered', MANY, NODES);
    it.hold(ofNamespace);
    it.hold(ofSelector('d1'));
    it.cluster.pod('d0', 'n1', { ready: false });
    it.cluster.pod('d0', 'n1');
    it.cluster.delete('Pod', 'd0-n2');
    it.follow(...TEN);
    await until(() => told('d9').length > 0 && it.podWatches().length === 11, 'the new watches');
    await until(() => it.asked.filter((path) => path.includes('labelSelector=')).length === 10, 'their requests');
    await until(() => it.events.some((event) => event.kind === 'pod' && event.source === 'pods/agents/app=d0'), 'd0');
    const isOld = (event: (typeof it.events)[number]): boolean => event.source === 'pods/agents';
    const before = it.events.filter(isOld).length;
    it.release(ofNamespace);
    await until(() => it.events.filter(isOld).length > before, 'what the old watch still has to tell');
    expect(it.podWatches()).toHaveLength(11);
    it.release();
    await until(() => it.podWatches().length === 10, 'ten watches');
    expect(it.transitions.filter((text) => text.includes('n1') && text.includes('uncovered'))).toEqual([]);
    expect(podsOf('d0')).toEqual(['d0-n1']);
  });

  test('that a live watch tells to be gone are gone, though one that is to end was cut before', async () => {
    addDaemonSets(MANY);
    it.follow(...MANY);
    await it.reaches('covered', MANY, NODES);
    it.hold(ofNamespace);
    it.hold(ofSelector('d1'));
    it.follow(...TEN);
    await until(() => it.events.some((event) => event.kind === 'pod' && event.source === 'pods/agents/app=d0'), 'd0');
    it.cluster.delete('Pod', 'd0-n2');
    await until(() => it.state('d0', 'n2') !== 'covered', 'the loss of a pod');
    expect([podsOf('d0'), it.podWatches().length]).toEqual([['d0-n1'], 11]);
  });
});
