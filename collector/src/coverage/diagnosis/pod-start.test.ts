import { expect, test } from 'vitest';
import type { ContainerObject, PodObject } from '@rollcall/contract';
import { diagnose, nextDeadline } from './diagnose.ts';
import {
  at,
  buildEvent,
  buildFaulty,
  buildPending,
  buildSubject,
  condition,
  NOW,
  START_DEADLINE_MS,
} from './test-subject.ts';

const creating: Partial<ContainerObject> = { waiting: { reason: 'ContainerCreating', message: '' } };

/** A pod of which the kubelet said at `NOW` for the first time that it is not ready. */
function young(containers: readonly Partial<ContainerObject>[], changes: Partial<PodObject> = {}) {
  return { ...buildFaulty(containers, changes), createdMono: NOW, readySinceMono: NOW };
}

test('a pod whose containers wait to be created is without a sandbox after 60 s, and says what its condition says', () => {
  const sandbox = condition('False', 'SandboxCreateFailed', 'cni: no addresses');
  const subject = buildSubject({ pods: [young([creating], { sandbox })] });
  expect(diagnose(subject).code).toBe('Starting');
  expect(nextDeadline(subject)).toBe(NOW + 60_000);
  expect(diagnose(at(subject, NOW + 60_000))).toEqual({
    code: 'SandboxFailed',
    message:
      'Pod agents/agent-x1 has no sandbox: it waits for over 60 s (ContainerCreating), and PodReadyToStartContainers is False (SandboxCreateFailed): cni: no addresses.',
  });
});

test('the 60 s count from when the kubelet took the pod up, however long the scheduler had it', () => {
  const subject = buildSubject({ pods: [{ ...buildFaulty([creating]), readySinceMono: NOW - 59_999 }] });
  expect(diagnose(subject).code).toBe('Unexplained');
  expect(diagnose(at(subject, NOW + 1)).code).toBe('SandboxFailed');
});

test.each<readonly [string, readonly Partial<ContainerObject>[], Partial<PodObject>]>([
  ['one of its containers has begun', [creating, { name: 'side', running: true, ready: true, restarts: 1 }], {}],
  ['the kubelet has not taken it up', [], {}],
  ['it has no node yet', [creating], { bound: false, scheduled: condition('True') }],
])('a pod is not without a sandbox when %s', (_, containers, changes) => {
  expect(diagnose(buildSubject({ pods: [buildFaulty(containers, changes)] })).code).toBe('Unexplained');
});

test('a pod whose sandbox is there and whose containers are not made waits for an image, from the start deadline on', () => {
  const subject = buildSubject({ pods: [young([creating], { sandbox: condition('True') })] });
  expect(diagnose(at(subject, NOW + 60_000)).code).toBe('Starting');
  expect(diagnose(at(subject, NOW + START_DEADLINE_MS))).toEqual({
    code: 'ImagePullFailed',
    message:
      'Container agent of pod agents/agent-x1 is not made after the start deadline though its sandbox is there: image registry.example/agent:1.2 is still being pulled.',
  });
});

const MOUNT = 'MountVolume.SetUp failed for volume "v" : ';

test.each<readonly [string, string, string]>([
  ['FailedMount', `${MOUNT}secret "token" not found`, 'secret "token" not found.'],
  [
    'FailedMount',
    `${MOUNT}hostPath type check failed: /run/a is not a socket file`,
    'is not a socket file. What the hostPath asks for is missing on this node, or of another type.',
  ],
  [
    'FailedMount',
    `${MOUNT}mkdir /var/lib/a: permission denied`,
    'permission denied. The kubelet itself may not: check owner, mode and SELinux of the path on this node.',
  ],
  [
    'FailedMount',
    'MountVolume.MountDevice failed for volume "v" : driver name x.csi not found in the list of registered CSI drivers',
    "registered CSI drivers. The driver's own pod does not run on this node.",
  ],
  [
    'FailedAttachVolume',
    'Multi-Attach error for volume "v" Volume is already used by 1 pod(s) in different namespaces',
    'in different namespaces. Another node still holds the volume.',
  ],
])('%s "%s" is a volume that cannot be mounted, at once', (reason, message, end) => {
  const pods = [young([creating], { sandbox: condition('False') })];
  const hit = diagnose(buildSubject({ pods, podEvents: [buildEvent(reason, message, { agoMs: 1_000, count: 4 })] }));
  expect(hit).toMatchObject({ code: 'VolumeMountFailed', retryDueMono: NOW - 1_000 + 4_000 });
  expect(hit.message.startsWith(`Pod agents/agent-x1 waits for a volume (${reason}): `), hit.message).toBe(true);
  expect(hit.message.endsWith(end), hit.message).toBe(true);
});

test.each([
  ['FailedCreatePodSandBox', 'Failed to create pod sandbox: plugin type="calico" failed (add): no addresses'],
  ['NetworkNotReady', 'network is not ready: cni plugin not initialized'],
])('%s is a sandbox that cannot be made, at once', (reason, message) => {
  expect(diagnose(buildSubject({ pods: [young([creating])], podEvents: [buildEvent(reason, message)] }))).toEqual({
    code: 'SandboxFailed',
    message: `Pod agents/agent-x1 has no sandbox (${reason}): ${message}.`,
    retryDueMono: NOW + 9_000,
  });
});

test('of volumes and sandbox the one that failed last is named, and of volumes the words that say most', () => {
  const summary = 'Unable to attach or mount volumes: unmounted volumes=[v]: timed out waiting for the condition';
  const plain = buildEvent('FailedMount', `${MOUNT}secret "token" not found`, { agoMs: 9_000 });
  const say = (...podEvents: readonly ReturnType<typeof buildEvent>[]) =>
    diagnose(buildSubject({ pods: [young([creating])], podEvents }));
  const sandbox = (agoMs: number) => buildEvent('FailedCreatePodSandBox', 'no network', { agoMs });
  expect(say(plain, sandbox(10_000)).code).toBe('VolumeMountFailed');
  expect(say(plain, sandbox(8_000)).code).toBe('SandboxFailed');
  const late = say(plain, sandbox(8_000), buildEvent('FailedMount', summary, { agoMs: 2_000 }));
  expect(late.message).toContain('secret "token" not found');
  expect(say(buildEvent('FailedMount', summary)).message).toContain('timed out');
});

test.each<readonly [string, readonly Partial<ContainerObject>[], Partial<PodObject>]>([
  ['its sandbox is there', [creating], { sandbox: condition('True') }],
  ['one of its containers has begun', [creating, { name: 'side', running: true, ready: true, restarts: 1 }], {}],
])('a mount that failed is history when %s', (_, containers, changes) => {
  const podEvents = [buildEvent('FailedMount', `${MOUNT}secret "token" not found`)];
  expect(diagnose(buildSubject({ pods: [young(containers, changes)], podEvents })).code).toBe('Starting');
});

const STARTED_AT = 1_000_000;
const runs: Partial<ContainerObject> = { running: true, started: true, startedAt: STARTED_AT };

test.each<readonly [string, Partial<ContainerObject>, Partial<PodObject>, string]>([
  ['has not passed its startup probe', { ...runs, started: false }, {}, 'runs and its startup probe has not passed.'],
  ['was never ready', runs, { readySince: STARTED_AT }, 'runs and its readiness probe has not passed.'],
  [
    'has ended well before and is not ready',
    { ...runs, restarts: 2, lastTerminated: { reason: 'Completed', message: '', exitCode: 0, signal: 0 } },
    { readySince: STARTED_AT },
    'runs, restarted 2 times and its readiness probe has not passed.',
  ],
])('a daemon that %s fails its probe when the start deadline has passed', (_, container, changes, end) => {
  const subject = buildSubject({ pods: [young([container], changes)] });
  expect(diagnose(subject).code).toBe('Starting');
  const late = diagnose(at(subject, NOW + START_DEADLINE_MS));
  expect(late).toEqual({ code: 'ProbeFailing', message: `Container agent of pod agents/agent-x1 ${end}` });
});

test('a daemon that was ready in this run fails its readiness probe at once', () => {
  expect(diagnose(buildSubject({ pods: [young([runs], { readySince: STARTED_AT + 1_000 })] }))).toEqual({
    code: 'ProbeFailing',
    message: 'Container agent of pod agents/agent-x1 runs and its readiness probe fails; it was ready before.',
  });
});

test('a sidecar that has started and is not ready fails its probe once the pod is initialized', () => {
  const sidecar = { ...runs, init: true, name: 'mesh' };
  expect(diagnose(buildSubject({ pods: [buildFaulty([sidecar])] }))).toMatchObject({ code: 'ProbeFailing' });
  const initialized = condition('False', 'ContainersNotInitialized');
  expect(diagnose(buildSubject({ pods: [buildFaulty([sidecar], { initialized })] })).code).toBe('InitBlocked');
});

test('a sidecar holds the pod up until it has started, ready or not', () => {
  const mesh = { name: 'mesh', sidecar: true, security: '', probes: [], mounts: [], configMaps: [] };
  const podTemplate = { schedulerName: '', priorityClassName: '', containers: [mesh], volumes: [] };
  const initialized = condition('False', 'ContainersNotInitialized');
  const say = (started: boolean) => {
    const pod = buildFaulty([{ running: true, started, init: true, name: 'mesh' }], { initialized });
    return diagnose(buildSubject({ pods: [pod], daemonSet: { podTemplate } }));
  };
  expect(say(false)).toMatchObject({
    code: 'InitBlocked',
    message:
      'Init container mesh of pod agents/agent-x1 is a sidecar and has not started: its startup probe has not passed.',
  });
  expect(say(true).code).toBe('Unexplained');
});

test('a pod that nobody schedules says which scheduler its template asks for', () => {
  const say = (schedulerName: string) => {
    const podTemplate = { schedulerName, priorityClassName: '', containers: [], volumes: [] };
    return diagnose(buildSubject({ pods: [buildPending('')], daemonSet: { podTemplate } })).message;
  };
  const silent = 'Pod agents/agent-x1 has been Pending without a PodScheduled condition for 30 s.';
  expect(say('default-scheduler')).toBe(silent);
  expect(say('volcano')).toBe(`${silent} The template's schedulerName is "volcano": no other scheduler looks at it.`);
});

test('a pod that a readiness gate holds says which, after its start deadline', () => {
  const message = 'the status of pod readiness gate "example.com/lb" is not "True", but False';
  const subject = buildSubject({ pods: [young([], { ready: condition('False', 'ReadinessGatesNotReady', message) })] });
  expect(diagnose(subject).code).toBe('Starting');
  expect(diagnose(at(subject, NOW + START_DEADLINE_MS))).toEqual({
    code: 'ProbeFailing',
    message: `Pod agents/agent-x1 is held by a gate (ReadinessGatesNotReady): ${message}.`,
  });
});
