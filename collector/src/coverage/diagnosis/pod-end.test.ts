import { expect, test } from 'vitest';
import type { PodObject } from '@rollcall/contract';
import { diagnose, findAll } from './diagnose.ts';
import { buildEvent, buildPod, buildSubject, condition, NOW } from './test-subject.ts';

const LOW_MEMORY =
  'The node was low on resource: memory. Threshold quantity: 100Mi, available: 88Mi. Container agent was using 900Mi, request is 0.';
const REFUSED = "Pod was rejected: Node didn't have enough resource: cpu, requested: 100, used: 1950, capacity: 2000";

test.each<readonly [Partial<PodObject>, string, string]>([
  [
    { phase: 'Failed', reason: 'OutOfcpu', message: REFUSED },
    'KubeletRejected',
    `(OutOfcpu): ${REFUSED}. The node has less room than the scheduler believed. The DaemonSet controller`,
  ],
  [{ phase: 'Failed', reason: 'NodeAffinity' }, 'KubeletRejected', 'pod agents/agent-x1 (NodeAffinity). The'],
  [
    { phase: 'Failed', reason: 'UnexpectedAdmissionError' },
    'KubeletRejected',
    'back-off of 1 s, doubling up to 15 min',
  ],
  [
    { phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' },
    'KubeletRejected',
    'imminent node shutdown. The',
  ],
  [{ phase: 'Failed', reason: 'Evicted', message: LOW_MEMORY }, 'Evicted', `was evicted (Evicted): ${LOW_MEMORY}`],
  [
    {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod The node had condition: [DiskPressure]. ',
      disruption: condition('True', 'TerminationByKubelet'),
    },
    'Evicted',
    'The node had condition: [DiskPressure].',
  ],
  [
    { disruption: condition('True', 'EvictionByEvictionAPI', 'Eviction API: evicting') },
    'Evicted',
    'was evicted (EvictionByEvictionAPI): Eviction API: evicting.',
  ],
  [{ disruption: condition('True', 'DeletionByTaintManager') }, 'Evicted', '(DeletionByTaintManager)'],
  [
    {
      disruption: condition(
        'True',
        'PreemptionByScheduler',
        'default-scheduler: preempting to accommodate a higher priority pod',
      ),
    },
    'Preempted',
    'was preempted (PreemptionByScheduler): default-scheduler: preempting',
  ],
  [
    {
      phase: 'Failed',
      reason: 'Preempting',
      message: 'Preempted in order to admit critical pod',
      disruption: condition('True', 'TerminationByKubelet'),
    },
    'Preempted',
    'Preempted in order to admit critical pod.',
  ],
])('%j is %s', (changes, code, part) => {
  const hit = diagnose(buildSubject({ pods: [buildPod(changes)] }));
  expect(hit.code).toBe(code);
  expect(hit.message).toContain(part);
});

test.each<readonly [string, Partial<PodObject>]>([
  ['a disruption that was called off', { disruption: condition('False', 'PreemptionByScheduler') }],
  ['a failure without a reason', { phase: 'Failed' }],
  ['an eviction of a pod that runs', { reason: 'Evicted' }],
  ['a preemption of a pod that runs', { reason: 'Preempting' }],
  ['a refusal of a pod that runs', { reason: 'NodeLost' }],
  ['a pod that succeeded', { phase: 'Succeeded' }],
])('%s is not an end that is known', (_, changes) => {
  expect(diagnose(buildSubject({ pods: [buildPod(changes)] })).code).toBe('Unexplained');
});

test('only the newest pod counts: an evicted one does not explain its successor', () => {
  const old = buildPod({ name: 'agent-old', phase: 'Failed', reason: 'Evicted' });
  const next = buildPod({ name: 'agent-new' }, { ageMs: 1000 });
  expect(diagnose(buildSubject({ pods: [old, next] })).code).toBe('Starting');
});

test('containers that ended with their pod are no crash loop', () => {
  const containers = [
    {
      name: 'agent',
      init: false,
      ready: false,
      running: false,
      restarts: 0,
      image: '',
      terminated: { reason: 'Error', message: '', exitCode: 143, signal: 0 },
    },
  ];
  const leaving = buildPod({ containers }, { graceLeftMs: 5000 });
  expect(diagnose(buildSubject({ pods: [leaving] })).code).toBe('Starting');
  const failed = buildPod({ containers, phase: 'Failed' });
  expect(diagnose(buildSubject({ pods: [failed] })).code).toBe('Unexplained');
});

test('a pod that does not go names its finalizers, else the kubelet or the node that owes the confirmation', () => {
  const overdue = { graceLeftMs: -30_000 };
  const held = buildPod({ finalizers: ['example.com/a', 'example.com/b'] }, overdue);
  expect(diagnose(buildSubject({ pods: [held] })).message).toBe(
    'Pod agents/agent-x1 is still there 30 s after its grace period: its finalizers are example.com/a, example.com/b.',
  );
  expect(diagnose(buildSubject({ pods: [buildPod({}, overdue)] })).message).toMatch(
    /: the kubelet of node node-1 has not/,
  );
});

test('a pod that cannot go because the network daemon of its node is gone tells of the node', () => {
  const ready = condition('False', 'KubeletNotReady', 'cni plugin not initialized');
  const pods = [buildPod({}, { graceLeftMs: -30_000 })];
  const hit = diagnose(buildSubject({ pods, node: { ready }, policy: { providesNetwork: true } }));
  expect(hit.code).toBe('TerminatingStuck');
  expect(hit.message).toMatch(/node node-1 cannot confirm its end, its Ready is False \(KubeletNotReady\)/);
});

test('live pods count as duplicates, others and those of a surge do not', () => {
  const [a, b] = [buildPod({ name: 'agent-a' }), buildPod({ name: 'agent-b' })];
  const twice = { code: 'DuplicatePod', message: '2 live pods on one node: agent-a, agent-b.' };
  expect(diagnose(buildSubject({ pods: [b, a] }))).toEqual(twice);
  expect(diagnose(buildSubject({ pods: [a, b] }))).toEqual(twice);
  expect(diagnose(buildSubject({ pods: [a, b], daemonSet: { surge: true } })).code).toBe('Unexplained');
  const orphans = { ...buildSubject({ pods: [a, b] }), daemonSet: undefined };
  expect(findAll(orphans).map(({ code }) => code)).toEqual(['DaemonSetMissing']);
  const leaving = buildPod({ name: 'agent-b' }, { graceLeftMs: 1 });
  expect(diagnose(buildSubject({ pods: [a, leaving] })).code).toBe('Unexplained');
  const ended = buildPod({ name: 'agent-b', phase: 'Succeeded' }, { ageMs: NOW });
  expect(diagnose(buildSubject({ pods: [a, ended] })).code).toBe('Unexplained');
});

test('an eviction names the pressure that the node still has', () => {
  const problem = (type: string) => ({ type, ...condition('True') });
  const node = { problems: [problem('DiskPressure'), problem('KernelDeadlock')] };
  const pods = [buildPod({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: disk' })];
  expect(diagnose(buildSubject({ pods, node })).message).toBe(
    'Pod agents/agent-x1 was evicted (Evicted): The node was low on resource: disk. The node still has DiskPressure.',
  );
});

test('events say by whom a pod was preempted, and why its end does not come', () => {
  const disruption = condition('True', 'PreemptionByScheduler', 'preempting');
  const by = [buildEvent('Preempted', 'Preempted by pod 4711 on node node-1')];
  expect(diagnose(buildSubject({ pods: [buildPod({ disruption })], podEvents: by })).message).toBe(
    'Pod agents/agent-x1 was preempted (PreemptionByScheduler): preempting. Preempted by pod 4711 on node node-1. The template sets no priorityClassName.',
  );
  const failed = [buildEvent('FailedKillPod', 'error killing pod: context deadline exceeded')];
  const stuck = diagnose(buildSubject({ pods: [buildPod({}, { graceLeftMs: -30_000 })], podEvents: failed }));
  expect(stuck.message).toMatch(/has not confirmed its end\. Error killing pod: context deadline exceeded\.$/);
});
