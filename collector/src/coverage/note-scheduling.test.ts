import type { KubeEventObject } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { createCoveredCluster, createTestCluster, type TestCluster } from '../test-cluster.ts';
import { condition, SECOND } from '../test-objects.ts';

const EVENTS = 'events/agents';

/** Failed scheduling by reason, pools and what is of none added up. */
function counts(cluster: TestCluster): Readonly<Record<string, number>> {
  const { pools, tallies } = cluster.reading();
  const own = [...pools.flatMap((pool) => pool.tallies), ...tallies].filter(({ of }) => of === 'failedScheduling');
  const found = own.filter(({ slots }) => (slots[0] ?? 0) > 0);
  return Object.fromEntries(found.map(({ label, slots }) => [label, slots[0] ?? 0]));
}

function refuse(cluster: TestCluster, reason: string, message = ''): void {
  const scheduled = { ...condition('False', reason), message };
  cluster.pod('a', { phase: 'Pending', bound: false, ready: condition('False'), scheduled });
}

/** The controller's event that pods were refused, so often by now. */
function refuseMaking(cluster: TestCluster, count: number, uid = 'e1'): void {
  const { wallMs } = cluster.now();
  const object: KubeEventObject = {
    uid,
    namespace: 'agents',
    name: uid,
    involvedUid: 'ds-agent',
    involvedKind: 'DaemonSet',
    involvedName: 'agent',
    reason: 'FailedCreate',
    message: 'Error creating: pods "agent-" is forbidden: exceeded quota: q',
    type: 'Warning',
    count,
    firstAt: wallMs,
    lastAt: wallMs,
    component: 'daemonset-controller',
  };
  cluster.pipeline.apply({ kind: 'kubeEvent', source: EVENTS, uid, object, ...cluster.now() });
}

describe('failed scheduling', () => {
  test('is counted when the condition turns to it, or says another reason, and not for other words', () => {
    const cluster = createCoveredCluster(['a']);
    refuse(cluster, 'Unschedulable', 'Insufficient cpu');
    refuse(cluster, 'Unschedulable', 'Insufficient memory');
    refuse(cluster, 'SchedulerError');
    cluster.pod('a');
    refuse(cluster, 'Unschedulable');
    expect(counts(cluster)).toEqual({ Unschedulable: 2, SchedulerError: 1 });
  });

  test('of before the collector is not counted', () => {
    const cluster = createTestCluster();
    cluster.policy();
    cluster.daemonSet();
    cluster.node('a');
    cluster.live();
    refuse(cluster, 'Unschedulable');
    expect(counts(cluster)).toEqual({});
  });

  test('is counted once for each pod that the API server refused, as its Events say, those of before not', () => {
    const cluster = createCoveredCluster(['a']);
    refuseMaking(cluster, 5, 'old');
    cluster.watch(EVENTS, 'live');
    refuseMaking(cluster, 5, 'old');
    expect(counts(cluster)).toEqual({});
    cluster.wait(SECOND);
    refuseMaking(cluster, 2);
    refuseMaking(cluster, 2);
    cluster.wait(SECOND);
    refuseMaking(cluster, 6);
    expect(counts(cluster)).toEqual({ FailedCreate: 6 });
  });
});
