import { describe, expect, test } from 'vitest';
import { diagnose, nextDeadline } from './diagnose.ts';
import { buildPending, buildPod, buildSubject, condition, NOW } from './test-subject.ts';

const OTHERS = "2 node(s) didn't satisfy plugin(s) [NodeAffinity]";
const available = (why: string, preemption: string): string =>
  `0/3 nodes are available: ${why}. preemption: 0/3 nodes are available: ${preemption}.`;
const NOT_HELPFUL = '3 Preemption is not helpful for scheduling';
const NO_VICTIMS = '1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling';

const say = (reason: string, message: string): ReturnType<typeof diagnose> =>
  diagnose(buildSubject({ pods: [buildPending(reason, message)] }));

test.each([
  [available(`1 Insufficient cpu, ${OTHERS}`, NOT_HELPFUL), 'It never fits: the request exceeds allocatable.'],
  [
    available(`1 Insufficient cpu, ${OTHERS}`, '1 Insufficient cpu, 2 Preemption is not helpful for scheduling'),
    'The node is filled by pods of equal or higher priority. The template sets no priorityClassName.',
  ],
  [
    available(`1 Insufficient memory, ${OTHERS}`, NO_VICTIMS),
    'The node is filled by pods of equal or higher priority. The template sets no priorityClassName.',
  ],
  [
    available(`1 Insufficient nvidia.com/gpu, ${OTHERS}`, NO_VICTIMS),
    'filled by pods of equal or higher priority. The template sets no priorityClassName.',
  ],
  [
    available(`1 Too many pods, ${OTHERS}`, NO_VICTIMS),
    'filled by pods of equal or higher priority. The template sets no priorityClassName.',
  ],
  [
    `0/3 nodes are available: 1 Insufficient cpu, ${OTHERS}. preemption: not eligible due to preemptionPolicy=Never.`,
    'The node is full and the pod may not evict others.',
  ],
  [
    '0/1 nodes are available: 1 Insufficient ephemeral-storage.',
    'The scheduler cannot place pod agents/agent-x1: 0/1 nodes are available: 1 Insufficient ephemeral-storage.',
  ],
])('no room, "%s", is told as "%s"', (message, end) => {
  const hit = say('Unschedulable', message);
  expect(hit.code).toBe('InsufficientResources');
  expect(hit.message.endsWith(end), hit.message).toBe(true);
});

test.each([
  ["1 node(s) didn't have free ports for the requested pod ports", 'PortConflict'],
  ["1 node(s) didn't match pod anti-affinity rules", 'PodAntiAffinity'],
  ["1 node(s) didn't match pod affinity rules", 'PodAntiAffinity'],
  ["1 node(s) didn't satisfy existing pods anti-affinity rules", 'PodAntiAffinity'],
  ["1 node(s) didn't match pod topology spread constraints (missing required label)", 'PodAntiAffinity'],
  ['persistentvolumeclaim "data" not found', 'VolumeUnbound'],
  ['persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-1"', 'VolumeUnbound'],
  ['waiting for ephemeral volume controller to create the persistentvolumeclaim "data"', 'VolumeUnbound'],
  ['pod has unbound immediate PersistentVolumeClaims', 'VolumeUnbound'],
  ["1 node(s) didn't match PersistentVolume's node affinity", 'VolumeUnbound'],
  ['1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)', 'VolumeUnbound'],
  ['1 node(s) exceed max volume count', 'VolumeUnbound'],
  [
    '1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    'VolumeUnbound',
  ],
  ['persistentvolumeclaim "insufficient-cpu-Too-many-pods" not found', 'VolumeUnbound'],
  ['1 node(s) had untolerated taint(s)', 'Unexplained'],
  ['1 node(s) were unschedulable', 'Unexplained'],
])('"%s" is %s', (why, code) => {
  const hit = say('Unschedulable', available(`${why}, ${OTHERS}`, NOT_HELPFUL));
  expect(hit.code).toBe(code);
  expect(hit.message).toContain(why);
});

test('words of the preemption part are not taken for the cause', () => {
  expect(say('Unschedulable', available('1 node(s) were unschedulable', '1 Insufficient cpu')).code).toBe(
    'Unexplained',
  );
});

test.each([
  ['scheduled', condition('True', 'Unschedulable', '1 Insufficient cpu')],
  ['once gated', condition('True', 'SchedulingGated')],
  ['refused for another reason', condition('False', 'DeletedByScheduler', '1 Insufficient cpu')],
])('a pod that is %s is not refused', (_, scheduled) => {
  expect(diagnose(buildSubject({ pods: [buildPod({ scheduled })] })).code).toBe('Unexplained');
});

test('a gated pod is gated, however long nobody schedules it', () => {
  expect(say('SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')).toEqual({
    code: 'SchedulingGated',
    message: 'Pod agents/agent-x1 is gated (SchedulingGated): Scheduling is blocked due to non-empty scheduling gates.',
  });
});

test('a scheduler that fails is down at once, one that is silent after 30 s', () => {
  expect(say('SchedulerError', 'nodeinfo not found for node name "node-1"')).toEqual({
    code: 'SchedulerDown',
    message: 'Pod agents/agent-x1 could not be scheduled (SchedulerError): nodeinfo not found for node name "node-1".',
  });
  const silent = (ageMs: number): string => diagnose(buildSubject({ pods: [buildPending('', '', { ageMs })] })).code;
  expect([silent(29_999), silent(30_000)]).toEqual(['Starting', 'SchedulerDown']);
});

test('a scheduler is not waited for longer than the daemon may take to start', () => {
  const podLayer = { ...buildSubject().policy.podLayer, startDeadlineMs: 10_000 };
  const silent = (ageMs: number): string =>
    diagnose(buildSubject({ policy: { podLayer }, pods: [buildPending('', '', { ageMs })] })).message;
  expect([silent(9_999), silent(10_000)]).toEqual([
    'Pod agents/agent-x1 is Pending, not Ready yet and within the start deadline of 10 s.',
    'Pod agents/agent-x1 has been Pending without a PodScheduled condition for 10 s.',
  ]);
});

describe('a scheduler that does not renew its Lease', () => {
  const said = (renewedAgoMs: number, schedulerName = ''): string => {
    const object = { uid: 'l', node: 'kube-scheduler', durationSeconds: 15 };
    const making = { schedulerLease: { object, renewedMono: NOW - renewedAgoMs } };
    const { podTemplate } = buildSubject().daemonSet?.object ?? {};
    const daemonSet = podTemplate && { podTemplate: { ...podTemplate, schedulerName } };
    const pods = [buildPending('', '', { ageMs: 2_000 })];
    const subject = buildSubject({ making, pods, ...(daemonSet && { daemonSet }) });
    return `${diagnose(subject).message} ${(nextDeadline(subject) ?? NaN) - NOW}`;
  };
  const starts = 'Pod agents/agent-x1 is Pending, not Ready yet and within the start deadline of 120 s.';

  test('is down from the end of that on, without waiting for its silence', () => {
    expect(said(15_000)).toBe(
      'Pod agents/agent-x1 has been Pending without a PodScheduled condition while kube-scheduler is down or hangs: its Lease was last renewed 15 s ago. 118000',
    );
  });

  test('and does until now is given the rest of it, then asked again', () => {
    expect(said(14_999)).toBe(`${starts} 1`);
  });

  test("is nobody's business who asks for another one", () => {
    expect(said(15_000, 'volcano')).toBe(`${starts} 28000`);
  });
});

test.each([
  ['bound without a condition', buildPod({ phase: 'Pending', scheduled: undefined })],
  ['running without a condition', buildPod({ bound: false, scheduled: undefined })],
  ['scheduled', buildPod({ phase: 'Pending', scheduled: condition('True', 'SchedulerError') })],
])('no scheduler is down for a pod that is %s', (_, pod) => {
  expect(diagnose(buildSubject({ pods: [pod] })).code).toBe('Unexplained');
});
