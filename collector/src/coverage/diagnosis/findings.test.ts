import { expect, test } from 'vitest';
import type { PodObject } from '@rollcall/contract';
import { applyEvent, createInventory, imagesOf } from '../../inventory/index.ts';
import { buildPod as buildPlain, START } from '../../test-objects.ts';
import { findOnCovered } from './diagnose.ts';
import { at, buildHeartbeat, buildPod, buildSubject, condition, NOW, type Scene } from './test-subject.ts';

const WALL = buildSubject().now.wallMs;
const SERVING: Partial<PodObject> = { ready: condition('True'), imageIds: 'a@sha256:1' };

function find(code: string, changes: Partial<PodObject>, scene: Scene = {}): string | undefined {
  const subject = buildSubject({ pods: [buildPod({ ...SERVING, ...changes }, { readyMs: 1_000 })], ...scene });
  return findOnCovered(subject).find((hit) => hit.code === code)?.message;
}

test('a pod that does not run the image that most of its revision run is told apart', () => {
  const imageCounts = new Map([
    ['a@sha256:1', 1],
    ['a@sha256:2', 97],
    ['a@sha256:3', 2],
  ]);
  expect(find('ImageSkew', {}, { imageCounts })).toBe(
    'Pod agents/agent-x1 runs a@sha256:1 as 1 of 100 pods of its revision do, and 97 run a@sha256:2.',
  );
  expect(find('ImageSkew', { imageIds: 'a@sha256:2' }, { imageCounts })).toBeUndefined();
  expect(find('ImageSkew', { imageIds: '' }, { imageCounts })).toBeUndefined();
});

test('where no image is ahead, each pod is told', () => {
  const imageCounts = new Map([
    ['a@sha256:2', 3],
    ['a@sha256:1', 3],
  ]);
  for (const imageIds of imageCounts.keys())
    expect(find('ImageSkew', { imageIds }, { imageCounts })).toContain('3 of 6');
  expect(find('ImageSkew', {}, { imageCounts: new Map([['a@sha256:1', 5]]) })).toBeUndefined();
});

test('images are counted as pods come, change and go, by owner and revision', () => {
  const inventory = createInventory();
  const say = (name: string, changes: Partial<PodObject> | undefined): void => {
    const object = changes && buildPlain(name, { uid: name, ...changes });
    applyEvent(inventory, { kind: 'pod', source: 's', uid: name, object, ...START });
  };
  const counts = (hash = 'h1') => Object.fromEntries(imagesOf(inventory.imageCounts, 'ds-agent', hash));
  say('a', { imageIds: '' });
  expect(counts()).toEqual({});
  say('a', { imageIds: 'i1' });
  say('b', { imageIds: 'i1' });
  say('c', { imageIds: 'i2', hash: 'h2' });
  say('d', { imageIds: 'i1', ownerUid: '' });
  expect([counts(), counts('h2')]).toEqual([{ i1: 2 }, { i2: 1 }]);
  say('b', { imageIds: 'i2', phase: 'Failed' });
  say('c', { imageIds: 'i2', hash: 'h2', target: '' });
  expect([counts(), counts('h2')]).toEqual([{ i1: 1, i2: 1 }, {}]);
  for (const name of ['a', 'b', 'c', 'd']) say(name, undefined);
  expect(inventory.imageCounts.size).toBe(0);
});

test.each<readonly [string, number, string | undefined]>([
  [
    '40 s ahead',
    40_000,
    'The kubelet of node node-1 is 40 s ahead of our clock, by when Ready of pod agents/agent-x1 changed.',
  ],
  ['10 s ahead', 10_000, undefined],
  ['behind, or only seen late', -300_000, undefined],
])('a kubelet whose clock is %s', (_, aheadMs, message) => {
  const readySince = WALL - 1_000 + aheadMs;
  expect(find('ClockSkewed', { readySince })).toBe(message);
});

test('the skew of a kubelet does not grow with time', () => {
  const pods = [buildPod({ ...SERVING, readySince: WALL + 39_000 }, { readyMs: 1_000 })];
  const [now, later] = [NOW, NOW + 500_000].map((monoMs) => findOnCovered(at(buildSubject({ pods }), monoMs)));
  expect(now).toEqual(later);
});

test.each([
  [90_000, '1 min ahead of'],
  [-90_000, '1 min behind'],
  [60_000, undefined],
])('an agent whose clock is %i ms off by its heartbeats is told first', (skewMs, words) => {
  const message = find('ClockSkewed', { readySince: WALL + 39_000 }, { heartbeat: buildHeartbeat({ skewMs }) });
  expect(message).toContain(
    words === undefined ? 'The kubelet of node node-1' : `The clock of the node is ${words} ours`,
  );
});

test('of two pods that serve the same one is told to be stale, whatever order they come in', () => {
  const ready = { ready: condition('True') };
  const old = buildPod({ ...ready, uid: 'a', hash: 'h0' }, { ageMs: 9_000, readyMs: 1_000 });
  const older = buildPod({ ...ready, uid: 'b', hash: 'h-1' }, { ageMs: 20_000, readyMs: 1_000 });
  const told = [
    [old, older],
    [older, old],
  ].map((pods) => findOnCovered(buildSubject({ pods })).find(({ code }) => code === 'StaleRevision')?.message);
  expect(told[0]).toContain('runs revision h0');
  expect(told[1]).toBe(told[0]);
});
