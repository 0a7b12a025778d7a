import type { PodObject } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import type { PodEntry } from '../inventory/index.ts';
import { createCoveredCluster, createTestCluster, sumCounters, type TestCluster } from '../test-cluster.ts';
import { buildPod, condition, HOUR, MINUTE, SECOND, START, readyAs } from '../test-objects.ts';
import { pickPod } from './pod-layer.ts';

const NOT_READY = condition('False', 'ContainersNotReady');

/** A live cluster with node a and a DaemonSet that asks for ten Ready seconds. */
function createPatientCluster(): TestCluster {
  const cluster = createCoveredCluster(['a']);
  cluster.daemonSet({ minReadySeconds: 10, generation: 2 });
  return cluster;
}

describe('a node is covered by', () => {
  test.each<[string, Partial<PodObject>, string]>([
    ['a Ready pod', {}, 'covered'],
    ['no pod that is not Ready', { ready: NOT_READY }, 'uncovered:Unexplained'],
    ['no pod whose Ready is Unknown', { ready: condition('Unknown') }, 'uncovered:Unexplained'],
    ['no terminating pod, however Ready', { deletedAt: START.wallMs + MINUTE }, 'uncovered:Starting'],
    ['no pod of another DaemonSet', { ownerUid: 'ds-other' }, 'uncovered:CreateStalled'],
    ['no pod of another node', { target: 'b' }, 'uncovered:CreateStalled'],
  ])('%s', (_, changes, state) => {
    const cluster = createCoveredCluster([]);
    cluster.node('a');
    cluster.pod('a', changes);
    expect(cluster.state('a')).toBe(state);
  });

  test.each([
    ['False', 'uncovered:NodeNotReady'],
    ['Unknown', 'uncovered:NodeUnreachable'],
  ])('no pod while its own Ready is %s', (status, state) => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('a', { ready: condition(status, 'Kubelet') });
    expect(cluster.state('a')).toBe(state);
  });

  test('any of several pods: the old one carries it through a surge, the new one from its first available moment', () => {
    const cluster = createPatientCluster();
    cluster.daemonSet({ minReadySeconds: 10, generation: 2, surge: true });
    cluster.revision(2);
    const fresh = { uid: 'new', hash: 'h2', createdAt: cluster.now().wallMs };
    cluster.pod('a', { ...fresh, phase: 'Pending', ready: NOT_READY });
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(5 * SECOND);
    cluster.pod('a', { ...fresh, ...readyAs('True', cluster.now().wallMs) });
    cluster.wait(10 * SECOND);
    cluster.pod('a', { deletedAt: cluster.now().wallMs + 30 * SECOND });
    expect(cluster.state('a')).toBe('covered');
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('covered');
  });

  test('no surge pod whose minReadySeconds have not passed when the old one goes', () => {
    const cluster = createPatientCluster();
    cluster.pod('a', { uid: 'new', ...readyAs('True', cluster.now().wallMs) });
    cluster.wait(9 * SECOND);
    cluster.podGone('pod-a');
    expect(cluster.state('a')).toBe('uncovered:NotYetAvailable');
  });
});

describe('minReadySeconds', () => {
  test('end to the millisecond, and the time before counts as uncovered', () => {
    const cluster = createPatientCluster();
    cluster.pod('a', { ready: NOT_READY });
    cluster.pod('a', { ...readyAs('True', cluster.now().wallMs) });
    cluster.wait(9_999);
    expect(cluster.state('a')).toBe('uncovered:NotYetAvailable');
    cluster.wait(1);
    expect(cluster.state('a')).toBe('covered');
    cluster.wait(MINUTE);
    expect(sumCounters(cluster.reading())).toEqual({ valid: 70_000, good: 60_000, NotYetAvailable: 10_000 });
  });

  test.each([
    ['long ago', -HOUR, 0],
    ['4 s ago', -4 * SECOND, 6_000],
    ['in the future, by a kubelet whose clock is ahead', HOUR, 10_000],
  ])('of a pod that says it became Ready %s last that much longer: %s ms, %s ms', (_, offset, remainingMs) => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet({ minReadySeconds: 10 });
    cluster.node('a');
    cluster.live();
    cluster.pod('a', { ...readyAs('True', START.wallMs + offset) });
    cluster.wait(MINUTE);
    expect(cluster.state('a')).toBe('covered');
    const [pool] = cluster.reading().pools;
    expect(pool?.slis).toMatchObject([{ validMs: 60_000, goodMs: 60_000 - remainingMs }]);
  });

  test('of several pods end with the first, which need not be the one that is judged', () => {
    const cluster = createPatientCluster();
    cluster.pod('a', { ready: NOT_READY });
    cluster.pod('a', { ...readyAs('True', cluster.now().wallMs) });
    cluster.pod('a', { uid: 'newer', ready: NOT_READY, createdAt: cluster.now().wallMs });
    cluster.wait(MINUTE);
    expect(sumCounters(cluster.reading())).toMatchObject({ valid: 60_000, good: 50_000 });
  });

  test('start anew when Ready flaps, and when the template asks for more of them', () => {
    const cluster = createPatientCluster();
    cluster.pod('a', { ready: NOT_READY });
    cluster.pod('a', { ...readyAs('True', 1) });
    cluster.wait(10 * SECOND);
    expect(cluster.state('a')).toBe('covered');
    cluster.daemonSet({ minReadySeconds: 60, generation: 3 });
    expect(cluster.state('a')).toBe('uncovered:NotYetAvailable');
    cluster.wait(50 * SECOND);
    expect(cluster.state('a')).toBe('covered');
  });
});

describe('the pod layer', () => {
  test('that is off in a pool knows nothing of its nodes, and neither does one that the policy does not ask', () => {
    const cluster = createCoveredCluster(['a']);
    cluster.node('b', { labels: { pool: 'quiet' } });
    cluster.policy({ podLayer: { asked: true, offPools: ['quiet'], startDeadlineMs: MINUTE } });
    expect([cluster.state('a'), cluster.state('b')]).toEqual(['covered', 'unobserved']);
    cluster.policy({ podLayer: { asked: false, offPools: [], startDeadlineMs: MINUTE } });
    expect(cluster.state('a')).toBe('unobserved');
  });

  test('is bad on every node when the DaemonSet is absent, though nobody watches its pods any more', () => {
    const cluster = createCoveredCluster(['a', 'b']);
    cluster.daemonSetGone();
    cluster.watch('pods/agents/agent', 'gone');
    cluster.podGone('pod-a');
    expect([cluster.state('a'), cluster.state('b')]).toEqual([
      'uncovered:DaemonSetMissing',
      'uncovered:DaemonSetMissing',
    ]);
  });

  test('is unknown while a watch that it needs is not live', () => {
    const cluster = createCoveredCluster(['a']);
    for (const source of ['nodes', 'daemonsets', 'pods/agents/agent']) {
      cluster.watch(source, 'stale');
      expect(cluster.state('a'), source).toBe('unobserved');
      cluster.watch(source, 'live');
      expect(cluster.state('a'), source).toBe('covered');
    }
    cluster.daemonSetGone();
    cluster.watch('daemonsets', 'stale');
    expect(cluster.state('a')).toBe('unobserved');
  });
});

describe('the pod to judge', () => {
  const entry = (uid: string, createdMono: number, deletedAt?: number): PodEntry => ({
    object: buildPod('a', { uid, deletedAt }),
    createdMono,
    readySinceMono: 0,
    deletedMono: deletedAt,
  });

  test.each([
    ['the newest', [entry('x', 1), entry('y', 2)], 'y'],
    ['the newest that is not terminating', [entry('x', 1), entry('y', 2, 9)], 'x'],
    ['the newest of terminating ones', [entry('x', 3, 9), entry('y', 2, 9)], 'x'],
    ['the last by UID of equal ages', [entry('x', 1), entry('z', 1), entry('y', 1)], 'z'],
  ])('is %s, in whatever order they come', (_, pods, uid) => {
    expect(pickPod(pods)?.object.uid).toBe(uid);
    expect(pickPod(pods.toReversed())?.object.uid).toBe(uid);
  });

  test('is none without pods', () => {
    expect(pickPod([])).toBeUndefined();
  });
});

test('what a live watch proves counts while another is stale', () => {
  const cluster = createCoveredCluster(['a', 'b']);
  cluster.node('a', { ready: condition('False', 'KubeletNotReady') });
  cluster.watch('pods/agents/agent', 'stale');
  expect([cluster.state('a'), cluster.state('b')]).toEqual(['uncovered:NodeNotReady', 'unobserved']);
  cluster.watch('nodes', 'stale');
  expect(cluster.state('a')).toBe('unobserved');
});

test('a pod that has ended serves no more, whatever its Ready condition says', () => {
  const cluster = createCoveredCluster(['a']);
  cluster.pod('a', { phase: 'Failed', reason: 'Evicted' });
  expect(cluster.state('a')).toBe('uncovered:Evicted');
});
