import type { PodObject } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import {
  buildDaemonSet,
  buildNode,
  buildPod,
  condition,
  HOUR,
  MINUTE,
  SECOND,
  START,
  readyAs,
} from '../test-objects.ts';
import { applyEvent } from './apply-event.ts';
import type { Touched } from './touched.ts';
import { createInventory, podsOf, type Inventory, type PodEntry } from './inventory.ts';

/** An inventory that holds node a and the DaemonSet; events happen `afterMs` after START. */
function createScene(): {
  inventory: Inventory;
  see: (pod: PodObject, afterMs?: number) => Touched;
  lose: typeof lose;
} {
  const inventory = createInventory();
  const stamp = (afterMs: number): { source: string; monoMs: number; wallMs: number } => ({
    source: 'test',
    monoMs: START.monoMs + afterMs,
    wallMs: START.wallMs + afterMs,
  });
  const node = buildNode('a');
  const daemonSet = buildDaemonSet();
  applyEvent(inventory, { kind: 'node', uid: node.uid, object: node, ...stamp(0) });
  applyEvent(inventory, { kind: 'daemonset', uid: daemonSet.uid, object: daemonSet, ...stamp(0) });
  const lose = (uid: string, afterMs = 0): Touched =>
    applyEvent(inventory, { kind: 'pod', uid, object: undefined, ...stamp(afterMs) });
  const see = (object: PodObject, afterMs = 0): Touched =>
    applyEvent(inventory, { kind: 'pod', uid: object.uid, object, ...stamp(afterMs) });
  return { inventory, see, lose };
}

function entryOf({ inventory }: { inventory: Inventory }, uid = 'pod-a'): PodEntry {
  const entry = inventory.pods.get(uid);
  if (entry === undefined) throw new Error(`no pod has the UID ${uid}`);
  return entry;
}

/** Milliseconds from START to an instant. */
function sinceStart(monoMs: number | undefined): number | undefined {
  return monoMs === undefined ? undefined : monoMs - START.monoMs;
}

describe('the index of pods', () => {
  test('holds a pod under its owner and its node, bound or not', () => {
    const scene = createScene();
    expect(scene.see(buildPod('a', { bound: false }))).toEqual({
      kind: 'pods',
      owners: ['ds-agent'],
      nodes: ['a'],
      witnessed: [],
    });
    expect(podsOf(scene.inventory, 'ds-agent', 'a').map(({ object }) => object.uid)).toEqual(['pod-a']);
  });

  test('holds several pods of a node, and forgets each by its UID', () => {
    const scene = createScene();
    scene.see(buildPod('a'));
    scene.see(buildPod('a', { uid: 'second' }));
    scene.lose('pod-a');
    expect(podsOf(scene.inventory, 'ds-agent', 'a').map(({ object }) => object.uid)).toEqual(['second']);
    scene.lose('second');
    expect(scene.inventory.podsAt.size).toBe(0);
  });

  test.each([
    ['no owner', { ownerUid: '' }],
    ['no node', { target: '' }],
  ])('leaves out a pod with %s', (_, changes) => {
    const scene = createScene();
    scene.see(buildPod('a', changes));
    expect(scene.inventory.podsAt.size).toBe(0);
    scene.lose('pod-a');
    expect(scene.inventory.pods.size).toBe(0);
    expect(scene.inventory.goneAt.size).toBe(0);
  });

  test('touches the old and the new place of a pod that another DaemonSet adopts', () => {
    const scene = createScene();
    scene.see(buildPod('a'));
    const touched = scene.see(buildPod('a', { ownerUid: 'ds-other' }));
    expect(touched).toMatchObject({ owners: ['ds-agent', 'ds-other'] });
    expect(podsOf(scene.inventory, 'ds-agent', 'a')).toEqual([]);
    expect(podsOf(scene.inventory, 'ds-other', 'a')).toHaveLength(1);
  });

  test('is touched by nothing when a pod goes that was never seen', () => {
    expect(createScene().lose('unknown')).toEqual({ kind: 'nothing' });
  });
});

describe('the pod that left a node last', () => {
  test('is kept with its revision and the time at which it was missed', () => {
    const scene = createScene();
    scene.see(buildPod('a', { hash: 'h7' }));
    scene.lose('pod-a', 3 * SECOND);
    expect(scene.inventory.goneAt.get('ds-agent')?.get('a')).toEqual({
      hash: 'h7',
      end: 'Replaced',
      monoMs: START.monoMs + 3 * SECOND,
    });
  });

  test('is also one that was orphaned', () => {
    const scene = createScene();
    scene.see(buildPod('a'));
    scene.see(buildPod('a', { ownerUid: '' }), SECOND);
    expect(scene.inventory.goneAt.get('ds-agent')?.has('a')).toBe(true);
  });

  test.each([
    ['a node that is not there', buildPod('b')],
    ['a DaemonSet that is not there', buildPod('a', { ownerUid: 'ds-gone' })],
  ])('is not kept of %s', (_, pod) => {
    const scene = createScene();
    scene.see(pod);
    scene.lose(pod.uid);
    expect(scene.inventory.goneAt.size).toBe(0);
  });
});

describe('the times of a pod', () => {
  test('are its own at first sight', () => {
    const scene = createScene();
    scene.see(
      buildPod('a', {
        createdAt: START.wallMs - HOUR,
        ...readyAs('True', START.wallMs - MINUTE),
        deletedAt: START.wallMs + 30 * SECOND,
      }),
    );
    const { createdMono, readySinceMono, deletedMono } = entryOf(scene);
    expect([createdMono, readySinceMono, deletedMono].map(sinceStart)).toEqual([-HOUR, -MINUTE, 30 * SECOND]);
  });

  test('never lie in the future, and without a time of its own it is as old as its arrival', () => {
    const scene = createScene();
    const ahead = START.wallMs + HOUR;
    scene.see(buildPod('a', { createdAt: ahead, ...readyAs('True', ahead), deletedAt: ahead + 9 * HOUR }));
    scene.see(buildPod('a', { uid: 'second', createdAt: undefined }), SECOND);
    const { createdMono, readySinceMono, deletedMono } = entryOf(scene);
    expect([createdMono, readySinceMono, deletedMono].map(sinceStart)).toEqual([0, 0, HOUR]);
    expect(sinceStart(entryOf(scene, 'second').createdMono)).toBe(SECOND);
  });

  test('follow its arrival where they change under our eyes', () => {
    const scene = createScene();
    scene.see(buildPod('a'));
    scene.see(buildPod('a', { ...readyAs('False', 1) }), 5 * SECOND);
    expect(sinceStart(entryOf(scene).readySinceMono)).toBe(5 * SECOND);
    scene.see(buildPod('a', { ready: condition('False', 'another reason'), readySince: 1 }), 7 * SECOND);
    expect(sinceStart(entryOf(scene).readySinceMono)).toBe(5 * SECOND);
    scene.see(buildPod('a', { ...readyAs('True', 2) }), 9 * SECOND);
    expect(sinceStart(entryOf(scene).readySinceMono)).toBe(9 * SECOND);
  });

  test('see a flap that the watch swallowed by its transition time', () => {
    const scene = createScene();
    scene.see(buildPod('a', { ...readyAs('True', 1) }));
    scene.see(buildPod('a', { ...readyAs('True', 2) }), SECOND);
    expect(sinceStart(entryOf(scene).readySinceMono)).toBe(SECOND);
  });

  test('keep the end of a grace period that does not change, and take over a shorter one', () => {
    const scene = createScene();
    const deletedAt = START.wallMs + 10 * MINUTE;
    scene.see(buildPod('a', { deletedAt }));
    scene.see(buildPod('a', { deletedAt, phase: 'Failed' }), MINUTE);
    expect(sinceStart(entryOf(scene).deletedMono)).toBe(10 * MINUTE);
    scene.see(buildPod('a', { deletedAt: START.wallMs + 2 * MINUTE }), MINUTE);
    expect(sinceStart(entryOf(scene).deletedMono)).toBe(2 * MINUTE);
  });
});
