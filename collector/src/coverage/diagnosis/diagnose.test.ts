import { expect, test } from 'vitest';
import { FINDINGS, REASONS, type HeartbeatObject, type ReasonCode } from '@rollcall/contract';
import type { RefusalCode } from '../../inventory/index.ts';
import { diagnose, findAll, findOnCovered, FINDING_PREDICATES, REASON_PREDICATES } from './diagnose.ts';
import {
  buildEvent,
  buildFaulty,
  buildHeartbeat,
  buildPending,
  buildPod,
  buildSight,
  buildSubject,
  condition,
  NOW,
  type Scene,
} from './test-subject.ts';
import { buildRefusals } from './test-refusals.ts';

const DEAD = condition('Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.');
const DRAINED = { key: 'drain', value: '', effect: 'NoSchedule' };
const NO_CNI = condition(
  'False',
  'KubeletNotReady',
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
);
const LOOPING = { waiting: { reason: 'CrashLoopBackOff', message: '' }, restarts: 3 };
const refused = (why: string): Scene => ({
  pods: [buildPending('Unschedulable', `0/3 nodes are available: 1 ${why}. preemption: 0/3 nodes are available: 3 x.`)],
});
const refusedPods = (code: RefusalCode): Scene => ({ pods: [], making: { refusals: buildRefusals(code, 'no') } });
const waiting = (reason: string): Scene => ({ pods: [buildFaulty([{ waiting: { reason, message: '' } }])] });

const SERVED: Scene = { pods: [buildPod({ ready: condition('True') })] };

const HEARTBEATS = { periodMs: 10_000, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };

/** One scene for each reason, so that none can be forgotten. */
const SCENES = {
  DaemonSetMissing: { daemonSet: { deletedAt: 1 } },
  NodeUnreachable: { node: { ready: DEAD } },
  NodeNotReady: { node: { ready: condition('False', 'KubeletNotReady', 'PLEG is not healthy') } },
  LabelDrift: { node: { taints: [DRAINED] }, pods: [], past: { lastEligibleMono: NOW - 5, drift: 'Tainted.' } },
  NodeSelectorMismatch: { template: { nodeSelector: { role: 'w' } }, pods: [] },
  UntoleratedTaint: { node: { taints: [DRAINED] }, pods: [] },
  QuotaExceeded: refusedPods('QuotaExceeded'),
  PodSecurityDenied: refusedPods('PodSecurityDenied'),
  AdmissionDenied: refusedPods('AdmissionDenied'),
  WebhookUnavailable: refusedPods('WebhookUnavailable'),
  NamespaceTerminating: { pods: [], making: { namespaceEndsSinceMono: NOW - 5000 } },
  CreateDenied: refusedPods('CreateDenied'),
  CreateStalled: { pods: [] },
  SchedulingGated: { pods: [buildPending('SchedulingGated')] },
  InsufficientResources: refused('Insufficient cpu'),
  PortConflict: refused("node(s) didn't have free ports for the requested pod ports"),
  PodAntiAffinity: refused("node(s) didn't match pod anti-affinity rules"),
  VolumeUnbound: refused("node(s) didn't find available persistent volumes to bind"),
  SchedulerDown: { pods: [buildPending('')] },
  KubeletRejected: { pods: [buildPod({ phase: 'Failed', reason: 'OutOfcpu' })] },
  Evicted: { pods: [buildPod({ phase: 'Failed', reason: 'Evicted' })] },
  Preempted: { pods: [buildPod({ phase: 'Failed', reason: 'Preempting' })] },
  SandboxFailed: waiting('ContainerCreating'),
  VolumeMountFailed: {
    ...waiting('ContainerCreating'),
    podEvents: [buildEvent('FailedMount', 'MountVolume.SetUp failed for volume "c" : configmap "c" not found')],
  },
  ImagePullFailed: waiting('ImagePullBackOff'),
  ContainerConfigError: waiting('CreateContainerConfigError'),
  InitBlocked: { pods: [buildFaulty([{ ...LOOPING, init: true }], { initialized: condition('False') })] },
  OOMKilled: {
    pods: [buildFaulty([{ terminated: { reason: 'OOMKilled', message: '', exitCode: 137, signal: 0 } }])],
  },
  CrashLoop: { pods: [buildFaulty([LOOPING])] },
  ProbeFailing: { pods: [buildFaulty([{ running: true }])] },
  TerminatingStuck: { pods: [buildPod({}, { graceLeftMs: -30_000 })] },
  RolloutReplacing: { pods: [], gone: { hash: 'h0', monoMs: NOW - 1000 } },
  Starting: { pods: [buildPod({}, { ageMs: 1000 })] },
  NotYetAvailable: {
    pods: [buildPod({ ready: condition('True') }, { readyMs: 4000 })],
    daemonSet: { minReadySeconds: 5 },
  },
  DuplicatePod: { pods: [buildPod({ name: 'agent-a' }), buildPod({ name: 'agent-b' })] },
  DaemonMissing: { ...SERVED, daemon: buildSight() },
  DaemonAmbiguous: { ...SERVED, daemon: buildSight([{}, {}]) },
  DaemonUnhealthy: { ...SERVED, daemon: buildSight([{ daemonHealth: 'degraded' }]) },
  DriverUnhealthy: { ...SERVED, daemon: buildSight([{ driverHealth: '' }]) },
  ProbeStale: { ...SERVED, daemon: buildSight([{}], NOW - 90_000) },
  SinkUnavailable: {
    ...SERVED,
    policy: { ingestionLayer: { maxLagMs: 30_000 } },
    heartbeat: buildHeartbeat({ acked: { atMono: NOW - 1_000, lagMs: 30_000 } }),
    sink: { lagging: 9, away: true },
  },
  AgentForbidden: {
    ...SERVED,
    policy: { ingestionLayer: { maxLagMs: 30_000 } },
    heartbeat: buildHeartbeat({
      acked: { atMono: NOW - 1_000, lagMs: 60_000 },
      failing: { sinceMono: NOW, newest: { component: 'logs', count: 3, last: '403 Forbidden' }, quiet: 0 },
    }),
  },
  EgressBlocked: {
    ...SERVED,
    policy: { heartbeatLayer: HEARTBEATS, telemetry: { sink: { cidr: '10.0.0.0/8' } } },
    heartbeat: buildHeartbeat({}, 30_000),
    egress: { allowed: 'no', selecting: [], otherPorts: [], hostNetwork: false },
  },
  HeartbeatStale: { ...SERVED, policy: { heartbeatLayer: HEARTBEATS }, heartbeat: buildHeartbeat({}, 30_000) },
  MeshDegraded: {
    ...SERVED,
    policy: { meshLayer: { minimumPeersRatio: 0.9 } },
    heartbeat: buildHeartbeat({
      object: { ...buildHeartbeat().report?.object, mesh: { peersConnected: 8, peersTotal: 9 } } as HeartbeatObject,
    }),
  },
  IngestionLagging: {
    ...SERVED,
    policy: { ingestionLayer: { maxLagMs: 30_000 } },
    heartbeat: buildHeartbeat({ acked: { atMono: NOW - 1_000, lagMs: 30_000 } }),
  },
  Unexplained: {},
} as const satisfies Record<Exclude<ReasonCode, 'NodeMissing' | 'RolloutBlocked'>, Scene>;

test('the predicates are exactly the reasons of the contract, in its order; NodeMissing is of phantoms only and has none', () => {
  const asked = [...Object.keys(REASON_PREDICATES), 'Unexplained'];
  expect(asked).toEqual(Object.keys(REASONS).filter((code) => code !== 'NodeMissing'));
  expect(Object.keys(FINDING_PREDICATES)).toEqual([...FINDINGS]);
});

test.each(Object.entries(SCENES))('%s is the primary reason of its scene, and the first of all hits', (code, scene) => {
  const subject = buildSubject(scene);
  expect(diagnose(subject).code).toBe(code);
  expect(findAll(subject)[0]).toEqual(diagnose(subject));
});

test('a rollout that is blocked is found on an uncovered node, and never is why it is uncovered', () => {
  const scene = buildSubject({ pods: [buildPod({ hash: 'h0' })], rollout: { budget: 1, downNodes: ['node-2'] } });
  expect(diagnose(scene).code).toBe('Unexplained');
  expect(findAll(scene).map(({ code }) => code)).toEqual(['Unexplained', 'RolloutBlocked', 'StaleRevision']);
});

test.each<readonly [string, Scene, readonly string[]]>([
  [
    'a dead node before the crash loop on it',
    { ...SCENES.CrashLoop, node: { ready: DEAD } },
    ['NodeUnreachable', 'CrashLoop'],
  ],
  ['a way that is cut before the silence that follows', SCENES.EgressBlocked, ['EgressBlocked', 'HeartbeatStale']],
  [
    'silence alone where the way is cut and the pods are on the host network',
    { ...SCENES.EgressBlocked, template: { hostNetwork: true } },
    ['HeartbeatStale'],
  ],
  [
    'lag behind a way that is cut',
    {
      ...SCENES.EgressBlocked,
      policy: { ...SCENES.EgressBlocked.policy, ingestionLayer: { maxLagMs: 30_000 } },
      heartbeat: SCENES.IngestionLagging.heartbeat,
    },
    ['EgressBlocked', 'IngestionLagging'],
  ],
  ['drift before the taint that made it', SCENES.LabelDrift, ['LabelDrift', 'UntoleratedTaint']],
  [
    'a concrete fault before its start deadline',
    { pods: [{ ...buildFaulty([LOOPING]), createdMono: NOW - 1000 }] },
    ['CrashLoop', 'Starting'],
  ],
  [
    'the rollout before the start',
    { pods: [buildPod({}, { ageMs: 1000 })], gone: { hash: 'h0', monoMs: NOW - 2000 } },
    ['RolloutReplacing', 'Starting'],
  ],
  [
    'an image of one container before the crash loop of another',
    { pods: [buildFaulty([LOOPING, { name: 'side', waiting: { reason: 'ErrImagePull', message: '' } }])] },
    ['ImagePullFailed', 'CrashLoop'],
  ],
  ['an init container once', SCENES.InitBlocked, ['InitBlocked']],
  [
    'memory before the crash loop that it causes',
    {
      pods: [
        buildFaulty([{ ...LOOPING, lastTerminated: { reason: 'OOMKilled', message: '', exitCode: 137, signal: 0 } }]),
      ],
    },
    ['OOMKilled', 'CrashLoop'],
  ],
  [
    'what never is primary last',
    { node: { problems: [{ type: 'DiskPressure', ...condition('True') }] }, newestHash: 'h2' },
    ['Unexplained', 'NodeProblem', 'StaleRevision'],
  ],
])('all hits come in order: %s', (_, scene, codes) => {
  expect(findAll(buildSubject(scene)).map(({ code }) => code)).toEqual(codes);
});

test.each<readonly [string, Scene, string]>([
  ['a crashing network daemon, not the node that waits for it', SCENES.CrashLoop, 'CrashLoop'],
  ['a network daemon that is starting', SCENES.Starting, 'Starting'],
  ['the node, when nothing else is seen', {}, 'NodeNotReady'],
  ['the taint that keeps the network daemon away', SCENES.UntoleratedTaint, 'UntoleratedTaint'],
])('where the daemon provides the network that the node lacks, the reason is: %s', (_, scene, code) => {
  const node = { ...scene.node, ready: NO_CNI };
  expect(diagnose(buildSubject({ ...scene, node, policy: { providesNetwork: true } })).code).toBe(code);
  expect(diagnose(buildSubject({ ...scene, node })).code).toBe('NodeNotReady');
});

test('a network daemon does not excuse a node that is not Ready for another reason', () => {
  const scene = { ...SCENES.CrashLoop, ...SCENES.NodeNotReady, policy: { providesNetwork: true } };
  expect(diagnose(buildSubject(scene)).code).toBe('NodeNotReady');
});

test.each<readonly [string, Scene, readonly string[]]>([
  ['the fault of a pod that is kept', SCENES.CrashLoop, ['CrashLoop', 'UntoleratedTaint']],
  ['the taint, if the kept pod shows no fault', {}, ['UntoleratedTaint']],
  ['the taint, if the pod is not bound', SCENES.SchedulerDown, ['UntoleratedTaint', 'SchedulerDown']],
  ['the taint, if the pod is leaving', SCENES.TerminatingStuck, ['UntoleratedTaint', 'TerminatingStuck']],
])('under an untolerated NoSchedule taint the reason is: %s', (_, scene, codes) => {
  const hits = findAll(buildSubject({ ...scene, node: { taints: [DRAINED] } }));
  expect(hits.map(({ code }) => code)).toEqual(codes);
});

test('drift by such a taint yields to the fault of the kept pod, too; of two that yield the first in order is the reason', () => {
  const node = { taints: [DRAINED] };
  const past = { lastEligibleMono: NOW - 5, drift: 'Tainted.' };
  const crashing = findAll(buildSubject({ ...SCENES.CrashLoop, node, past }));
  expect(crashing.map(({ code }) => code)).toEqual(['CrashLoop', 'LabelDrift', 'UntoleratedTaint']);
  const waits = buildSubject({ node: { ...node, ready: NO_CNI }, past, policy: { providesNetwork: true } });
  expect(findAll(waits).map(({ code }) => code)).toEqual(['NodeNotReady', 'LabelDrift', 'UntoleratedTaint']);
  expect(diagnose(waits).code).toBe('NodeNotReady');
});

test('under an untolerated NoExecute taint the taint is the reason: no pod is kept', () => {
  const taints = [{ ...DRAINED, effect: 'NoExecute' }];
  expect(diagnose(buildSubject({ ...SCENES.CrashLoop, node: { taints } })).code).toBe('UntoleratedTaint');
});

test.each<readonly [string, Scene, readonly string[]]>([
  ['nothing of a plain one', {}, []],
  ['a taint under which its pod is kept', { node: { taints: [DRAINED] } }, ['UntoleratedTaint']],
  [
    'a lost label, until the controller deletes the pod',
    { template: { nodeSelector: { a: 'b' } }, past: { lastEligibleMono: NOW } },
    ['LabelDrift', 'NodeSelectorMismatch'],
  ],
  ['a second pod', SCENES.DuplicatePod, ['DuplicatePod']],
  ['a node problem', { node: { problems: [{ type: 'KernelDeadlock', ...condition('True') }] } }, ['NodeProblem']],
  ['an old revision', { newestHash: 'h2' }, ['StaleRevision']],
])('findings on a covered node: %s', (_, scene, codes) => {
  expect(findOnCovered(buildSubject(scene)).map(({ code }) => code)).toEqual(codes);
});

test('an unexplained pod is shown as raw facts', () => {
  const containers = [
    { running: true, ready: true, restarts: 2 },
    { name: 'side', waiting: { reason: 'ContainerCreating', message: '' } },
  ];
  const pod = buildFaulty(containers, { disruption: condition('False', 'EvictionByEvictionAPI') });
  expect(diagnose(buildSubject({ pods: [pod] })).message).toBe(
    'Pod agents/agent-x1 has phase Running; Ready False (ContainersNotReady): containers with unready status: [agent]; ' +
      'PodScheduled True; Initialized True; DisruptionTarget False (EvictionByEvictionAPI); ' +
      'container agent runs, restarted 2 times, ready; container side waits (ContainerCreating), not ready.',
  );
});

test('a node without a pod of which no past is known is shown as such', () => {
  const subject = buildSubject({ pods: [], past: { eligibleSinceMono: undefined } });
  expect(diagnose(subject).message).toBe('No pod of DaemonSet agents/agent on node node-1, which is eligible.');
});

test.each([
  ['403 Forbidden', true],
  ['the sink answered 401', true],
  ['unexpected status 403 from https://sink.example:4317/v1/logs', true],
  ['HTTP/1.1 401: no token', true],
  ['rpc error: code = PermissionDenied desc = no', true],
  ['rpc error: code = 7 desc = permission denied', true],
  ['no answer within 403 ms', false],
  ['queue full: 4013 records wait', false],
  ['dropped 401 records', false],
  ['dial tcp 10.0.0.1:403: connection refused', false],
  ['dial tcp 10.40.3.401: no such host', false],
  ['open /var/log/pods: permission denied', false],
])('%j as the newest error of a daemon says that it is refused: %s', (last, isRefused) => {
  const failing = { sinceMono: NOW, newest: { component: 'logs', count: 3, last }, quiet: 0 };
  const subject = buildSubject({
    ...SCENES.AgentForbidden,
    heartbeat: buildHeartbeat({ acked: { atMono: NOW - 1_000, lagMs: 60_000 }, failing }),
  });
  expect(diagnose(subject).code).toBe(isRefused ? 'AgentForbidden' : 'IngestionLagging');
});
