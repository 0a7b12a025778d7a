import { expect, test } from 'vitest';
import { createCoveredCluster, type TestCluster } from '../test-cluster.ts';
import { condition, MINUTE, SECOND, START, taint, readyAs } from '../test-objects.ts';
import { recountController, type ControllerRecount } from './recount-controller.ts';

function recount(cluster: TestCluster): ControllerRecount | undefined {
  cluster.tick();
  const { policies, inventory } = cluster.pipeline.roll;
  const roll = policies.get('policy-agent');
  return roll && recountController(inventory, roll, cluster.now());
}

test('every node that the DaemonSet lets in is desired, ready by its Ready condition, available after minReadySeconds', () => {
  const cluster = createCoveredCluster(['a', 'b', 'c']);
  cluster.daemonSet({ minReadySeconds: 60, generation: 2 });
  cluster.pod('b', { ready: condition('False') });
  cluster.pod('c', { ...readyAs('True', START.wallMs), uid: 'pod-c' });
  cluster.podGone('pod-c');
  cluster.pod('c', { uid: 'new', ...readyAs('True', cluster.now().wallMs) });
  const expected = { desired: ['a', 'b', 'c'], ready: ['a', 'c'], available: ['a'], misscheduled: [] };
  expect(recount(cluster)).toMatchObject(expected);
  cluster.wait(60 * SECOND);
  expect(recount(cluster)).toMatchObject({ available: ['a', 'c'] });
});

test('a dead node with a Ready pod, and a terminating pod that still is Ready, count as ready', () => {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.node('a', { ready: condition('Unknown') });
  cluster.pod('b', { deletedAt: START.wallMs });
  expect(recount(cluster)).toMatchObject({ desired: ['a', 'b'], ready: ['a', 'b'], available: ['a', 'b'] });
});

test('a pod where none should be is misscheduled, and kept under a NoSchedule taint only', () => {
  const cluster = createCoveredCluster(['a', 'b', 'c']);
  cluster.node('a', { taints: [taint('dedicated')] });
  cluster.node('b', { taints: [taint('dedicated', 'NoExecute')] });
  expect(recount(cluster)).toMatchObject({ desired: ['c'], misscheduled: ['a', 'b'], kept: ['a'] });
});

test('of several pods the oldest that is bound decides; one that ended and is being deleted does not count', () => {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.pod('a', { uid: 'younger', name: 'younger', createdAt: START.wallMs, ready: condition('False') });
  expect(recount(cluster)).toMatchObject({ ready: ['a', 'b'] });
  cluster.pod('b', { phase: 'Failed', deletedAt: START.wallMs });
  cluster.pod('b', { uid: 'next', name: 'next', createdAt: START.wallMs, ready: condition('False') });
  expect(recount(cluster)).toMatchObject({ ready: ['a'] });
});

test('a pod of a node that is gone is told', () => {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.nodeGone('b');
  expect(recount(cluster)).toMatchObject({ desired: ['a'], gone: ['b'] });
  cluster.wait(MINUTE);
  cluster.podGone('pod-b');
  expect(recount(cluster)).toMatchObject({ gone: [] });
});

test('without the DaemonSet nothing is counted', () => {
  const cluster = createCoveredCluster(['a']);
  cluster.daemonSetGone();
  expect(recount(cluster)).toBeUndefined();
});
