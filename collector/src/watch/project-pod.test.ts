import { expect, test } from 'vitest';
import type { ContainerObject, PodObject } from '@rollcall/contract';
import { createJsonDecoder } from '@rollcall/kube';
import { HOSTILE, IDENTITY } from './project-hostile.cases.ts';
import { createPodSharing, projectPod, UNREAD_OF_PODS } from './project-pod.ts';
import { createInterner } from './read-field.ts';
import { spreadPod } from './test-pods.ts';

const read = (raw: unknown): PodObject => spreadPod(projectPod(raw, createPodSharing(createInterner(100))));
const project = (raw: object): PodObject => read(structuredClone(raw));

const metadata = {
  uid: 'p1',
  name: 'agent-x',
  namespace: 'system',
  labels: { app: 'agent', 'controller-revision-hash': '6d5' },
  creationTimestamp: '2026-03-01T00:00:00Z',
  ownerReferences: [
    { kind: 'Node', uid: 'other', controller: false },
    { kind: 'DaemonSet', uid: 'd1', controller: true },
  ],
};

const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-03-01T00:00:09Z' };

function requireNode(...matchFields: readonly object[]): object {
  const required = { nodeSelectorTerms: [{ matchFields }] };
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

function inNames(...values: readonly string[]): object {
  return { key: 'metadata.name', operator: 'In', values };
}

test('a healthy pod is projected without its containers', () => {
  const running = { running: { startedAt: '2026-03-01T00:00:05Z' } };
  const done = { terminated: { exitCode: 0, reason: 'Completed' } };
  const projected = project({
    metadata,
    spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    status: {
      phase: 'Running',
      conditions: [
        ready,
        { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-03-01T00:00:01Z' },
        { type: 'Initialized', status: 'True', reason: 'PodCompleted' },
        { type: 'PodReadyToStartContainers', status: 'True', reason: 'x' },
      ],
      initContainerStatuses: [
        { name: 'setup', ready: true, restartCount: 0, state: done },
        { name: 'sidecar', ready: true, restartCount: 0, state: running },
      ],
      containerStatuses: [
        { name: 'c', ready: true, restartCount: 0, image: 'i', imageID: 'i@sha256:1', state: running },
        { name: 'd', ready: true, restartCount: 0, image: 'j', imageID: 'j@sha256:2', state: running },
      ],
    },
  });
  expect(projected).toEqual({
    uid: 'p1',
    name: 'agent-x',
    namespace: 'system',
    ownerUid: 'd1',
    target: 'n1',
    bound: true,
    phase: 'Running',
    reason: '',
    message: '',
    hash: '6d5',
    imageIds: 'i@sha256:1 j@sha256:2',
    createdAt: Date.UTC(2026, 2, 1),
    finalizers: [],
    ready: { status: 'True', reason: '', message: '' },
    readySince: Date.UTC(2026, 2, 1, 0, 0, 9),
    scheduled: { status: 'True', reason: '', message: '' },
    initialized: { status: 'True', reason: '', message: '' },
    sandbox: { status: 'True', reason: '', message: '' },
    containers: [],
  });
});

test.each<[string, object, string]>([
  ['the one name', requireNode(inNames('n7')), 'n7'],
  ['the one name behind other fields', requireNode({ key: 'x', operator: 'In', values: ['y'] }, inNames('n7')), 'n7'],
  ['none of two names', requireNode(inNames('n7', 'n8')), ''],
  ['none when the first choice has two names', requireNode(inNames('n7', 'n8'), inNames('n9')), ''],
  ['none of NotIn', requireNode({ key: 'metadata.name', operator: 'NotIn', values: ['n7'] }), ''],
  ['none without affinity', {}, ''],
])('the target of a pod that is not bound is %s', (_, spec, target) => {
  expect(project({ metadata, spec })).toMatchObject({ target, bound: false });
});

test.each<[string, object[]]>([
  ['no controller', [{ kind: 'DaemonSet', uid: 'd1' }]],
  ['another kind', [{ kind: 'ReplicaSet', uid: 'r1', controller: true }]],
  ['no uid', [{ kind: 'DaemonSet', controller: true }]],
])('a pod whose owner is %s has no owner', (_, ownerReferences) => {
  expect(project({ metadata: { ...metadata, ownerReferences } }).ownerUid).toBe('');
});

test('a terminating, disrupted, failed pod keeps why', () => {
  const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'drain' }];
  const projected = project({
    metadata: { ...metadata, deletionTimestamp: '2026-03-01T00:01:00Z', finalizers: ['a/b'] },
    status: { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource', conditions },
  });
  expect(projected).toMatchObject({
    deletedAt: Date.UTC(2026, 2, 1, 0, 1),
    finalizers: ['a/b'],
    phase: 'Failed',
    reason: 'Evicted',
    message: 'The node was low on resource',
    disruption: { status: 'True', reason: 'EvictionByEvictionAPI', message: 'drain' },
    ready: { status: 'Unknown' },
  });
});

const fresh = { name: 'c', init: false, ready: false, running: false, restarts: 0, image: 'i' };

test.each<[string, object, ContainerObject]>([
  [
    'one that waits',
    { state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } } },
    { ...fresh, waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } },
  ],
  [
    'one that crashed and waits',
    {
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2026-03-01T00:00:00Z' } },
    },
    {
      ...fresh,
      restarts: 3,
      waiting: { reason: 'CrashLoopBackOff', message: '' },
      lastTerminated: { reason: 'OOMKilled', message: '', exitCode: 137, signal: 0, finishedAt: Date.UTC(2026, 2, 1) },
    },
  ],
  ['one that runs and is not ready', { state: { running: {} } }, { ...fresh, running: true }],
  [
    'one whose startup probe has not passed',
    { started: false, state: { running: { startedAt: '2026-03-01T00:00:05Z' } } },
    { ...fresh, running: true, started: false, startedAt: Date.UTC(2026, 2, 1, 0, 0, 5) },
  ],
  [
    'a ready one that has restarted',
    { ready: true, restartCount: 1, state: { running: {} } },
    { ...fresh, ready: true, running: true, restarts: 1 },
  ],
  [
    'one that ended, even well, since a daemon must not',
    { state: { terminated: { exitCode: 0, signal: -1 } } },
    { ...fresh, terminated: { reason: '', message: '', exitCode: 0, signal: -1 } },
  ],
])('of containers is kept %s', (_, status, kept) => {
  expect(
    project({ metadata, status: { containerStatuses: [{ name: 'c', image: 'i', ...status }] } }).containers,
  ).toEqual([kept]);
});

test('an init container is kept until it has ended well', () => {
  const statuses = [
    { name: 'ran', state: { terminated: { exitCode: 0 } } },
    { name: 'runs', state: { running: {} } },
    { name: 'failed', state: { terminated: { exitCode: 1 } } },
  ];
  const { containers } = project({ metadata, status: { initContainerStatuses: statuses } });
  expect(containers.map(({ name, init }) => [name, init])).toEqual([
    ['runs', true],
    ['failed', true],
  ]);
});

test('image ids are kept once every container has one, and the sandbox while it is missing', () => {
  const containerStatuses = [{ name: 'c', imageID: 'i@sha256:1' }, { name: 'd' }];
  const conditions = [{ type: 'PodReadyToStartContainers', status: 'False', message: 'why' }];
  expect(project({ metadata, status: { containerStatuses, conditions } })).toMatchObject({
    imageIds: '',
    sandbox: { status: 'False', reason: '', message: 'why' },
  });
});

function receive(object: object): unknown {
  const received: unknown[] = [];
  const decoder = createJsonDecoder({ fromJson: (raw) => raw, unread: UNREAD_OF_PODS });
  const reader = decoder.openWatch('application/json', (event) => {
    if ('object' in event) received.push(event.object.project());
  });
  reader.push(Buffer.from(`${JSON.stringify({ type: 'ADDED', object })}\n`));
  return received[0];
}

test.each(HOSTILE)('a pod with %s is projected alike with and without what is not read', (_, raw) => {
  const bulk = [{ name: 'c', image: 'i', nodeName: 'n0' }];
  const whole = {
    metadata: { ...IDENTITY, managedFields: bulk },
    spec: { nodeName: 'n1', volumes: bulk, containers: bulk },
    ...raw,
  };
  expect(read(receive(whole))).toEqual(project(JSON.parse(JSON.stringify(whole)) as object));
});
