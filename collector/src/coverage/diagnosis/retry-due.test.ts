import { describe, expect, test } from 'vitest';
import type { ContainerObject } from '@rollcall/contract';
import { applyEvent, createInventory, podsOf } from '../../inventory/index.ts';
import { buildDaemonSet, buildNode, buildPod as buildPlain, START } from '../../test-objects.ts';
import { diagnose } from './diagnose.ts';
import { at, buildEvent, buildFaulty, buildPending, buildPod, buildSubject, NOW, type Scene } from './test-subject.ts';

const WALL = buildSubject().now.wallMs;
const retryOf = (scene: Scene): number | undefined => {
  const due = diagnose(buildSubject(scene)).retryDueMono;
  return due === undefined ? undefined : due - NOW;
};

function looping(message: string, changes: Partial<ContainerObject> = {}): Scene {
  const lastTerminated = { reason: 'Error', message: '', exitCode: 1, signal: 0, finishedAt: WALL - 3_000 };
  return { pods: [buildFaulty([{ waiting: { reason: 'CrashLoopBackOff', message }, lastTerminated, ...changes }])] };
}

test.each<readonly [string, number, number]>([
  ['back-off 10s restarting failed container=agent pod=agent-x1', 1, 7_000],
  ['back-off 2m40s restarting failed container=agent pod=agent-x1', 5, 157_000],
  ['back-off 5m0s restarting failed container=agent pod=agent-x1', 70, 297_000],
  ['back-off 1h0m0s restarting failed container=agent', 1, 3_597_000],
  ['', 1, 7_000],
  ['', 3, 37_000],
  ['', 40, 297_000],
])('a container that waits with the words "%s" after %d restarts begins again in %d ms', (message, restarts, ms) => {
  expect(retryOf(looping(message, { restarts }))).toBe(ms);
});

test('the instant of a retry does not move with the time at which it is asked for', () => {
  const subject = buildSubject(looping('back-off 40s restarting failed container=agent'));
  expect(diagnose(at(subject, NOW + 20_000)).retryDueMono).toBe(diagnose(subject).retryDueMono);
});

test.each<readonly [string, Scene]>([
  ['runs', { pods: [buildFaulty([{ running: true, restarts: 1 }])] }],
  ['waits for an unknown time', looping('back-off 40s restarting', { lastTerminated: undefined })],
  ['is stuck', { pods: [buildPod({ finalizers: ['a/b'] }, { graceLeftMs: -30_000 })] }],
])('nobody tells when a pod that %s is tried again', (_, scene) => {
  expect(retryOf(scene)).toBeUndefined();
});

const pulls = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "a:1"' }, image: 'a:1' };

test.each<readonly [string, Scene, number | undefined]>([
  [
    'an image, after the third failure',
    {
      pods: [buildFaulty([pulls])],
      podEvents: [buildEvent('Failed', 'Failed to pull image "a:1": toomanyrequests', { agoMs: 5_000, count: 3 })],
    },
    35_000,
  ],
  ['an image of which nobody tells how often', { pods: [buildFaulty([pulls])] }, undefined],
  [
    'a pod that the scheduler cannot place',
    {
      pods: [buildPending('Unschedulable', '0/1 nodes are available: 1 Insufficient cpu.')],
      podEvents: [buildEvent('FailedScheduling', '0/1 nodes are available', { agoMs: 60_000 })],
    },
    240_000,
  ],
])('the next try of %s', (_, scene, ms) => {
  expect(retryOf(scene)).toBe(ms);
});

test('older kubelets say why a pull failed in their event only', () => {
  const event = buildEvent('Failed', 'Failed to pull image "a:1": toomanyrequests');
  expect(diagnose(buildSubject({ pods: [buildFaulty([pulls])], podEvents: [event] })).message).toBe(
    'Container agent of pod agents/agent-x1 cannot get image a:1 [429, rate limited] (ImagePullBackOff): Back-off pulling image "a:1". Failed to pull image "a:1": toomanyrequests.',
  );
});

describe('a pod that has failed is replaced', () => {
  const failed = (reason: string, ageMs: number): NonNullable<Scene['pods']> => [
    buildPod({ phase: 'Failed', reason }, { ageMs }),
  ];

  test.each<readonly [number, number]>([
    [500, 1_000],
    [1_500, 2_000],
    [2_100, 4_000],
    [16_300, 32_000],
    [600_000, 900_000],
    [3_600_000, 900_000],
  ])('after twice the wait before: %d ms, then %d ms', (failedForMs, wait) => {
    for (const reason of ['OutOfcpu', 'Evicted', 'Preempting']) {
      const gone = { hash: 'h1', monoMs: NOW - 300, failed: { reason, message: '', forMs: failedForMs } };
      expect(retryOf({ pods: failed(reason, 300), gone })).toBe(wait - 300);
    }
  });

  test('at once when the one before had not failed', () => {
    expect(retryOf({ pods: failed('OutOfcpu', 300), gone: { hash: 'h1', monoMs: NOW - 300 } })).toBe(-300);
  });

  test('nobody knows when, if the row began unseen', () => {
    const past = { eligibleSinceMono: NOW - 100 };
    expect(retryOf({ pods: failed('OutOfcpu', 5_000), past })).toBeUndefined();
  });

  test('at once when it is the first one on a node that became eligible before our eyes', () => {
    expect(retryOf({ pods: failed('OutOfcpu', 300), past: { eligibleSinceMono: NOW - 900 } })).toBe(-300);
  });

  // As measured against a real controller: each wait is a little longer than its back-off.
  test('as a row of refusals shows, event by event', () => {
    const inventory = createInventory();
    const event = { source: 's', ...START };
    const node = buildNode('n1');
    applyEvent(inventory, { kind: 'node', uid: node.uid, object: node, ...event });
    const daemonSet = buildDaemonSet();
    applyEvent(inventory, { kind: 'daemonset', uid: daemonSet.uid, object: daemonSet, ...event });
    const waits: (number | undefined)[] = [];
    let now = START.monoMs;
    for (const [n, gap] of [500, 1_500, 2_100, 4_200, 8_400, 16_300].entries()) {
      const wallMs = START.wallMs + now - START.monoMs;
      const stamp = { source: 's', monoMs: now, wallMs };
      const object = buildPlain('n1', { uid: `p${n}`, name: `p${n}`, createdAt: wallMs, readySince: undefined });
      const refused = { ...object, phase: 'Failed', reason: 'OutOfcpu' };
      applyEvent(inventory, { kind: 'pod', uid: refused.uid, object: refused, ...stamp });
      const gone = inventory.goneAt.get(daemonSet.uid)?.get('n1');
      const due = diagnose(
        buildSubject({ pods: podsOf(inventory, daemonSet.uid, 'n1'), ...(gone && { gone }) }),
      ).retryDueMono;
      waits.push(due === undefined ? undefined : due - now);
      now += gap;
      const removed = { source: 's', monoMs: now, wallMs: START.wallMs + now - START.monoMs };
      applyEvent(inventory, { kind: 'pod', uid: refused.uid, object: undefined, ...removed });
    }
    expect(waits).toEqual([undefined, 1_000, 2_000, 4_000, 8_000, 16_000]);
  });
});
