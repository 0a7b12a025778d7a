import type { PodObject } from '@rollcall/contract';
import { expect, test } from 'vitest';
import { buildPod, condition } from '../test-objects.ts';
import { PodSharer, type PodState } from './shared-pod.ts';
import { spreadPod } from './test-pods.ts';

const WELL = condition('True');

function share(sharer: PodSharer, pod: PodObject): { readonly pod: PodObject; readonly state: PodState } {
  const { uid, name, target, createdAt, readySince, ...state } = pod;
  const shared = sharer.share({ uid, name, target, createdAt, readySince }, state);
  return { pod: shared, state: (shared as unknown as { readonly state: PodState }).state };
}

const wellPod = (node: string, changes: Partial<PodObject> = {}): PodObject =>
  buildPod(node, { ready: WELL, scheduled: WELL, initialized: WELL, ...changes });

test('pods that are equally well share all but their names and times', () => {
  const sharer = new PodSharer();
  const [one, other] = [wellPod('a'), wellPod('b', { createdAt: 5, readySince: undefined })];
  const [first, second] = [share(sharer, one), share(sharer, other)];
  expect(first.state).toBe(second.state);
  expect([spreadPod(first.pod), spreadPod(second.pod)]).toEqual([one, other]);
});

test.each<[Partial<PodObject>]>([
  [{ ownerUid: 'other' }],
  [{ namespace: 'other' }],
  [{ bound: false }],
  [{ phase: 'Pending' }],
  [{ reason: 'Evicted' }],
  [{ message: 'why' }],
  [{ hash: 'h2' }],
  [{ ready: condition('False') }],
  [{ scheduled: undefined }],
  [{ initialized: condition('False') }],
  [{ disruption: condition('True') }],
  [{ sandbox: condition('False') }],
  [{ imageIds: 'sha256:2' }],
  [{ deletedAt: 1 }],
  [{ finalizers: ['a/b'] }],
  [{ containers: [{ name: 'c', init: false, ready: false, running: true, restarts: 1, image: 'i' }] }],
])('a pod that differs in %j has a state of its own', (changes) => {
  const sharer = new PodSharer();
  const well = share(sharer, wellPod('a'));
  const pod = wellPod('b', changes);
  const other = share(sharer, pod);
  expect(other.state).not.toBe(well.state);
  expect(spreadPod(other.pod)).toEqual(pod);
});

test('revisions are shared beside each other, and a great many of them are forgotten again', () => {
  const sharer = new PodSharer();
  const pods = Array.from({ length: 3_000 }, (_, n) => wellPod('a', { hash: `h${n}` }));
  const states = pods.slice(0, 2).map((pod) => share(sharer, pod).state);
  expect(pods.slice(0, 2).map((pod) => share(sharer, pod).state === states[pods.indexOf(pod)])).toEqual([true, true]);
  for (const pod of pods) share(sharer, pod);
  expect(share(sharer, wellPod('a', { hash: 'h0' })).state).not.toBe(states[0]);
});

test('pods of one revision that run different images are shared by each, in any order, and many images are forgotten again', () => {
  const sharer = new PodSharer();
  const stateOf = (imageIds: string): PodState => share(sharer, wellPod('a', { imageIds })).state;
  const [one, other] = [stateOf('sha256:1'), stateOf('sha256:2')];
  expect([stateOf('sha256:1'), stateOf('sha256:2')]).toEqual([one, other]);
  expect(stateOf('sha256:1')).toBe(one);
  for (let n = 3; n < 3_000; n++) stateOf(`sha256:${n}`);
  expect(stateOf('sha256:1')).not.toBe(one);
});
