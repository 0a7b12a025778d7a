import { expect, test } from 'vitest';
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import { diagnose } from './diagnose.ts';
import { buildFaulty, buildSubject, condition } from './test-subject.ts';

const say = (
  containers: readonly Partial<ContainerObject>[],
  changes: Partial<PodObject> = {},
): ReturnType<typeof diagnose> => diagnose(buildSubject({ pods: [buildFaulty(containers, changes)] }));
const waiting = (reason: string, message = ''): Partial<ContainerObject> => ({ waiting: { reason, message } });
const ended = (exitCode: number, reason: string, message = '', signal = 0): Termination => ({
  exitCode,
  reason,
  message,
  signal,
});
const IN_INIT = {
  initialized: condition('False', 'ContainersNotInitialized', 'containers with incomplete status: [setup]'),
};
const IMAGE = 'registry.example/agent:1.2';

test.each([
  [
    'ErrImagePull',
    `failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`,
    '404, no such image',
  ],
  [
    'ImagePullBackOff',
    `Back-off pulling image "${IMAGE}": ErrImagePull: rpc error: code = NotFound desc = manifest unknown`,
    '404, no such image',
  ],
  [
    'ErrImagePull',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example/token: 401 Unauthorized',
    '401/403, credentials',
  ],
  [
    'ErrImagePull',
    'unexpected status from HEAD request to https://registry.example/v2/agent/manifests/1.2: 403 Forbidden',
    '401/403, credentials',
  ],
  [
    'ErrImagePull',
    `pull access denied for ${IMAGE}, repository does not exist or may require 'docker login'`,
    '401/403, credentials',
  ],
  ['ErrImagePull', 'toomanyrequests: You have reached your pull rate limit', '429, rate limited'],
  ['ErrImagePull', 'unexpected status code 429', '429, rate limited'],
  ['ErrImagePull', 'dial tcp 10.0.0.7:443: i/o timeout', 'timeout, unreachable'],
  ['ErrImagePull', 'context deadline exceeded', 'timeout, unreachable'],
])('%s "%s" is a failed pull: %s', (reason, message, answer) => {
  const hit = say([waiting(reason, message)]);
  expect(hit.code).toBe('ImagePullFailed');
  expect(hit.message).toContain(`cannot get image ${IMAGE} [${answer}] (${reason}): ${message}`);
});

test.each([
  ['ErrImageNeverPull', `Container image "${IMAGE}" is not present with pull policy of Never`],
  [
    'InvalidImageName',
    'Failed to apply default image tag "A": couldn\'t parse image name "A": invalid reference format',
  ],
  ['ImageInspectError', 'Failed to inspect image'],
  ['ImagePullBackOff', `Back-off pulling image "${IMAGE}"`],
])('%s names no answer of a registry', (reason, message) => {
  expect(say([waiting(reason, message)]).message).toContain(`${IMAGE} (${reason})`);
});

test('a tag that looks like an answer is not taken for one', () => {
  const image = 'registry.example/forbidden/agent:404';
  const hit = say([{ ...waiting('ImagePullBackOff', `Back-off pulling image "${image}"`), image }]);
  expect(hit.message).not.toContain('[');
});

test.each([
  [
    waiting('CreateContainerConfigError', 'secret "agent-token" not found'),
    '(CreateContainerConfigError): secret "agent-token" not found.',
  ],
  [
    waiting('CreateContainerConfigError', "couldn't find key url in ConfigMap agents/agent"),
    'key url in ConfigMap agents/agent.',
  ],
  [
    waiting('CreateContainerError', 'failed to generate spec: no command specified'),
    '(CreateContainerError): failed to generate spec: no command specified.',
  ],
  [
    waiting('RunContainerError', 'exec: "agentd": executable file not found in $PATH'),
    'executable file not found in $PATH.',
  ],
  [
    { terminated: ended(128, 'StartError', 'exec: "agentd": permission denied') },
    '(StartError): exec: "agentd": permission denied. Check the path that it names and the securityContext of the container.',
  ],
  [
    { ...waiting('CrashLoopBackOff'), lastTerminated: ended(127, 'ContainerCannotRun', 'no such file') },
    '(ContainerCannotRun): no such file.',
  ],
])('%j cannot start as it is configured', (container, end) => {
  const hit = say([container]);
  expect(hit.code).toBe('ContainerConfigError');
  expect(hit.message.startsWith('Container agent of pod agents/agent-x1 cannot start'), hit.message).toBe(true);
  expect(hit.message.endsWith(end), hit.message).toBe(true);
});

test.each([
  [
    { ...waiting('CrashLoopBackOff'), restarts: 4, lastTerminated: ended(1, 'Error', 'no licence') },
    'init container setup of pod agents/agent-x1 is in CrashLoopBackOff, restarted 4 times, last run: exit code 1 (Error): no licence.',
  ],
  [{ terminated: ended(2, 'Error') }, 'has ended, with exit code 2 (Error).'],
  [{ running: true }, 'still runs after the start deadline.'],
])('an init container %j blocks the pod', (container, end) => {
  const hit = say([{ ...container, init: true, name: 'setup' }, waiting('PodInitializing')], IN_INIT);
  expect(hit.code).toBe('InitBlocked');
  expect(hit.message.toLowerCase().endsWith(end.toLowerCase()), hit.message).toBe(true);
});

test.each<readonly [string, Partial<ContainerObject>, Partial<PodObject>, string]>([
  ['waits for the one before it, as all do', waiting('PodInitializing'), IN_INIT, 'SandboxFailed'],
  ['has done its work', { terminated: ended(0, 'Completed'), ready: true, restarts: 1 }, IN_INIT, 'Unexplained'],
  ['is a sidecar that is ready', { running: true, ready: true, restarts: 1 }, IN_INIT, 'Unexplained'],
  ['is a sidecar that fails later', waiting('CrashLoopBackOff'), {}, 'CrashLoop'],
])('an init container does not block the pod when it %s', (_, container, changes, code) => {
  expect(say([{ ...container, init: true }], changes).code).toBe(code);
});

test('a container that runs late is not one that blocks the initialization', () => {
  expect(say([{ running: true }], IN_INIT).code).toBe('ProbeFailing');
});

test('a container killed for memory says so while it is not ready', () => {
  const kill = ended(137, 'OOMKilled');
  expect(say([{ terminated: kill }])).toEqual({
    code: 'OOMKilled',
    message: 'Container agent of pod agents/agent-x1 was killed for want of memory: exit code 137 (OOMKilled).',
  });
  expect(say([{ running: true, restarts: 1, lastTerminated: kill }]).message).toContain('memory, restarted once: exit');
  expect(say([{ running: true, ready: true, restarts: 1, lastTerminated: kill }]).code).toBe('Unexplained');
  expect(say([{ terminated: ended(137, 'Error') }]).code).toBe('CrashLoop');
});

test.each([
  [
    {
      ...waiting('CrashLoopBackOff', 'back-off 5m0s restarting failed container=agent'),
      restarts: 7,
      lastTerminated: ended(1, 'Error', 'boom'),
    },
    'is in CrashLoopBackOff, restarted 7 times, last run: exit code 1 (Error): boom.',
  ],
  [
    waiting('CrashLoopBackOff', 'back-off 10s restarting failed container=agent'),
    'is in CrashLoopBackOff: back-off 10s restarting failed container=agent.',
  ],
  [{ ...waiting('CrashLoopBackOff'), lastTerminated: ended(0, 'Completed') }, 'last run: exit code 0 (Completed).'],
  [
    { running: true, restarts: 3, lastTerminated: ended(1, 'Error', 'boom') },
    'runs again and has not become ready, restarted 3 times, last run: exit code 1 (Error): boom.',
  ],
  [{ terminated: ended(139, 'Error', '', 11) }, 'has ended, with exit code 139, signal 11 (Error).'],
  [
    { terminated: ended(0, 'Error', '', 9) },
    'has ended, with exit code 0, signal 9 (Error). SIGKILL came from outside: a liveness or startup probe that failed, or the node.',
  ],
  [
    { terminated: ended(1, 'Error', 'open /var/lib/agent/id: Permission denied') },
    '/var/lib/agent/id: Permission denied. Check /var/lib/agent/id and the securityContext of the container.',
  ],
])('%j is a crash loop', (container, end) => {
  const hit = say([container]);
  expect(hit.code).toBe('CrashLoop');
  expect(hit.message.endsWith(end), hit.message).toBe(true);
});

test.each<readonly [string, Partial<ContainerObject>, string]>([
  [
    'runs again after it ended well',
    { running: true, restarts: 3, lastTerminated: ended(0, 'Completed') },
    'ProbeFailing',
  ],
  [
    'runs again and is ready',
    { running: true, ready: true, restarts: 3, lastTerminated: ended(1, 'Error') },
    'Unexplained',
  ],
  ['runs, whatever else its state says', { running: true, terminated: ended(1, 'Error') }, 'ProbeFailing'],
  ['runs after an attempt that failed', { running: true, lastTerminated: ended(128, 'StartError') }, 'ProbeFailing'],
  ['has ended well', { terminated: ended(0, 'Completed') }, 'Unexplained'],
  [
    'is being created again',
    { ...waiting('ContainerCreating'), restarts: 1, lastTerminated: ended(255, 'Unknown') },
    'SandboxFailed',
  ],
])('a container is in no crash loop when it %s', (_, container, code) => {
  expect(say([container]).code).toBe(code);
});
