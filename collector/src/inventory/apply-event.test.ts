import type { WatchStateName } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import type { Unstamped } from '../test-cluster.ts';
import {
  buildDaemonSet,
  buildNode,
  buildPod,
  buildRevision,
  HOUR,
  MINUTE,
  SECOND,
  START,
  readyAs,
} from '../test-objects.ts';
import { applyEvent } from './apply-event.ts';
import type { Touched } from './touched.ts';
import { createInventory, findDaemonSet, type Inventory } from './inventory.ts';

interface Scene {
  readonly inventory: Inventory;
  apply(event: Unstamped, afterMs?: number): Touched;
}

function createScene(): Scene {
  const inventory = createInventory();
  return {
    inventory,
    apply: (event, afterMs = 0) =>
      applyEvent(inventory, {
        ...event,
        source: 'test',
        monoMs: START.monoMs + afterMs,
        wallMs: START.wallMs + afterMs,
      }),
  };
}

function seeNode(...args: Parameters<typeof buildNode>): Unstamped {
  const object = buildNode(...args);
  return { kind: 'node', uid: object.uid, object };
}

function loseNode(uid: string): Unstamped {
  return { kind: 'node', uid, object: undefined };
}

function seeDaemonSet(...args: Parameters<typeof buildDaemonSet>): Unstamped {
  const object = buildDaemonSet(...args);
  return { kind: 'daemonset', uid: object.uid, object };
}

function loseDaemonSet(uid: string): Unstamped {
  return { kind: 'daemonset', uid, object: undefined };
}

function seeRevision(...args: Parameters<typeof buildRevision>): Unstamped {
  const object = buildRevision(...args);
  return { kind: 'revision', uid: object.uid, object };
}

describe('a node', () => {
  test('is new once, then changes, and is gone once', () => {
    const { inventory, apply } = createScene();
    expect(apply(seeNode('a'))).toMatchObject({ name: 'a', isNew: true, removed: undefined });
    expect(apply(seeNode('a', { unschedulable: true }))).toMatchObject({ isNew: false, removed: undefined });
    expect(apply(loseNode('uid-a'))).toMatchObject({ name: 'a', isNew: false, removed: { object: { uid: 'uid-a' } } });
    expect(apply(loseNode('uid-a'))).toEqual({ kind: 'nothing' });
    expect([inventory.nodes.size, inventory.nodeNames.size]).toEqual([0, 0]);
  });

  test('with a new UID under an old name takes the old one away, whose own end then touches nothing', () => {
    const { inventory, apply } = createScene();
    apply(seeNode('a'));
    const touched = apply(seeNode('a', { uid: 'second' }));
    expect(touched).toMatchObject({ isNew: true, removed: { object: { uid: 'uid-a' } } });
    expect(apply(loseNode('uid-a'))).toEqual({ kind: 'nothing' });
    expect(inventory.nodes.get('a')?.object.uid).toBe('second');
    expect([...inventory.nodeNames.keys()]).toEqual(['second']);
  });

  test.each([
    ['is gone', [loseNode('uid-a'), seeNode('a')]],
    ['is replaced under its name', [seeNode('a', { uid: 'second' })]],
  ])('that %s leaves no memory of the pods that left it', (_, events) => {
    const { inventory, apply } = createScene();
    apply(seeNode('a'));
    apply(seeDaemonSet());
    apply({ kind: 'pod', uid: 'pod-a', object: buildPod('a') });
    apply({ kind: 'pod', uid: 'pod-a', object: undefined });
    expect(inventory.goneAt.get('ds-agent')?.has('a')).toBe(true);
    for (const event of events) apply(event);
    expect(inventory.goneAt.get('ds-agent')?.has('a')).toBe(false);
  });

  test('is dated by its own times at first sight, and by arrival when its Ready changes', () => {
    const { inventory, apply } = createScene();
    const since = START.wallMs - MINUTE;
    apply(seeNode('a', { createdAt: START.wallMs - HOUR, ...readyAs('True', since) }));
    const first = inventory.nodes.get('a');
    expect([first?.createdMono, first?.readySinceMono]).toEqual([START.monoMs - HOUR, START.monoMs - MINUTE]);
    apply(seeNode('a', { createdAt: START.wallMs - HOUR, ...readyAs('Unknown', since) }), SECOND);
    const second = inventory.nodes.get('a');
    expect([second?.createdMono, second?.readySinceMono]).toEqual([START.monoMs - HOUR, START.monoMs + SECOND]);
  });
});

describe('a DaemonSet', () => {
  test('is found by its namespace and name until it is gone', () => {
    const { inventory, apply } = createScene();
    apply(seeDaemonSet());
    expect(findDaemonSet(inventory, 'agents', 'agent')?.object.uid).toBe('ds-agent');
    apply(loseDaemonSet('ds-agent'));
    expect(findDaemonSet(inventory, 'agents', 'agent')).toBeUndefined();
    expect(apply(loseDaemonSet('ds-agent'))).toEqual({ kind: 'nothing' });
  });

  test.each([
    ['its status alone', { status: { desired: 7, observedGeneration: 1 } }, false],
    ['its spec', { generation: 2 }, true],
    ['its deletion', { deletedAt: START.wallMs }, true],
  ])('that changes in %s touches its nodes: %s', (_, changes, spec) => {
    const { apply } = createScene();
    apply(seeDaemonSet());
    expect(apply(seeDaemonSet(changes))).toEqual({ kind: 'daemonset', key: 'agents/agent', spec });
  });

  test('that was made anew is not touched by the end of the old one, which a relist tells last', () => {
    const { inventory, apply } = createScene();
    apply(seeDaemonSet());
    expect(apply(seeDaemonSet({ uid: 'second' }))).toMatchObject({ spec: true });
    expect(apply(loseDaemonSet('ds-agent'))).toEqual({ kind: 'nothing' });
    expect(findDaemonSet(inventory, 'agents', 'agent')?.object.uid).toBe('second');
  });
});

describe('the newest revision', () => {
  test('is the one with the highest number, also after a rollback raised an old one', () => {
    const { inventory, apply } = createScene();
    apply(seeRevision(2));
    expect(apply(seeRevision(1))).toEqual({ kind: 'nothing' });
    expect(inventory.newestHashes.get('ds-agent')).toBe('h2');
    expect(apply(seeRevision(3, { uid: 'revision-1', hash: 'h1' }))).toEqual({
      kind: 'revision',
      ownerUid: 'ds-agent',
    });
    expect(inventory.newestHashes.get('ds-agent')).toBe('h1');
  });

  test('falls back when the newest is gone, and is unknown without any', () => {
    const { inventory, apply } = createScene();
    apply(seeRevision(1));
    apply(seeRevision(2));
    apply({ kind: 'revision', uid: 'revision-2', object: undefined });
    expect(inventory.newestHashes.get('ds-agent')).toBe('h1');
    apply({ kind: 'revision', uid: 'revision-1', object: undefined });
    expect(inventory.newestHashes.has('ds-agent')).toBe(false);
    expect(apply({ kind: 'revision', uid: 'revision-1', object: undefined })).toEqual({ kind: 'nothing' });
  });

  test('of another DaemonSet is another matter', () => {
    const { inventory, apply } = createScene();
    apply(seeRevision(9, { uid: 'other', ownerUid: 'ds-other' }));
    apply(seeRevision(1));
    expect([...inventory.newestHashes]).toEqual([
      ['ds-other', 'h9'],
      ['ds-agent', 'h1'],
    ]);
  });
});

describe('a watch', () => {
  test.each<[WatchStateName[], WatchStateName | undefined]>([
    [['syncing'], 'syncing'],
    [['syncing', 'live'], 'live'],
    [['syncing', 'live', 'stale'], 'stale'],
    [['live', 'stale', 'live'], 'live'],
    [['live', 'gone'], undefined],
    [['syncing', 'stale'], 'syncing'],
    [['stale'], 'syncing'],
    [['live', 'syncing', 'stale'], 'syncing'],
  ])('that was told to be %s is %s: nothing is stale that was never listed', (told, now) => {
    const { inventory, apply } = createScene();
    for (const state of told) apply({ kind: 'watchState', uid: 'nodes', state });
    expect(inventory.watches.get('test')).toBe(now);
  });

  test('touches nothing when its state is told again', () => {
    const { apply } = createScene();
    expect(apply({ kind: 'watchState', uid: 'nodes', state: 'live' })).toEqual({ kind: 'watch', source: 'test' });
    expect(apply({ kind: 'watchState', uid: 'nodes', state: 'live' })).toEqual({ kind: 'nothing' });
    expect(apply({ kind: 'watchState', uid: 'nodes', state: 'gone' })).toEqual({ kind: 'watch', source: 'test' });
    expect(apply({ kind: 'watchState', uid: 'nodes', state: 'gone' })).toEqual({ kind: 'nothing' });
  });
});

test.each<Unstamped>([
  { kind: 'tick', uid: '' },
  { kind: 'role', uid: '', leader: true, untilMonoMs: 0 },
  { kind: 'policy', uid: 'p', object: undefined },
  { kind: 'kubeEvent', uid: 'e', object: undefined },
  { kind: 'daemon', uid: 'd', object: undefined },
])('an event of kind $kind touches nothing here', (event) => {
  expect(createScene().apply(event)).toEqual({ kind: 'nothing' });
});
