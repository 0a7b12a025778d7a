/** Builders of subjects for tests: a Ready node, a plain DaemonSet, and a bound pod of one hour that is not Ready, for no visible reason. */
import type { Condition, ContainerObject, DaemonObject, DaemonSetObject, NodeObject } from '@rollcall/contract';
import type { PodObject, Policy } from '@rollcall/contract';
import { buildDaemon, splitLabels, type NodeChanges } from '../../test-objects.ts';
import type { EventEntry, GonePod, HeartbeatEntry, LeaseEntry, PodEntry } from '../../inventory/index.ts';
import type { DaemonSight } from '../daemon-sight.ts';
import type { EgressSight } from '../egress/egress-sight.ts';
import type { HeartbeatSight } from '../heartbeat-sight.ts';
import { decidePlacement } from '../expectation.ts';
import { pickPod } from '../pod-layer.ts';
import type { Making, Past, Rollout, Subject } from '../subject.ts';

/** The monotonic now of every subject that says nothing else. */
export const NOW = 100_000_000;
/** The policy's start deadline. */
export const START_DEADLINE_MS = 120_000;
const HOUR_MS = 3_600_000;

/** Only what the case is about. */
export interface Scene {
  readonly policy?: Partial<Policy>;
  readonly node?: NodeChanges;
  readonly daemonSet?: Partial<DaemonSetObject>;
  readonly template?: Partial<DaemonSetObject['placement']>;
  readonly pods?: readonly PodEntry[];
  readonly gone?: GonePod;
  readonly newestHash?: string;
  readonly imageCounts?: ReadonlyMap<string, number>;
  readonly daemon?: DaemonSight;
  readonly heartbeat?: HeartbeatSight;
  readonly sink?: Partial<Subject['sink']>;
  readonly telemetry?: Subject['telemetry'];
  readonly lease?: LeaseEntry;
  readonly podEvents?: readonly EventEntry[];
  readonly daemonSetEvents?: readonly EventEntry[];
  readonly making?: Partial<Making>;
  readonly rollout?: Rollout;
  readonly egress?: EgressSight;
  readonly past?: Partial<Past>;
}

const NOTHING_MADE: Making = {
  refusals: undefined,
  newestPodMono: undefined,
  namespaceEndsSinceMono: undefined,
  controllerLease: undefined,
  schedulerLease: undefined,
};

/** How long ago a pod was created and its Ready changed, and in how long its grace ends if it is terminating. */
interface PodTimes {
  readonly ageMs?: number;
  readonly readyMs?: number;
  readonly graceLeftMs?: number;
}

/** A condition with only the words that the case is about. */
export function condition(status: string, reason = '', message = ''): Condition {
  return { status, reason, message };
}

/** A subject whose placement and judged pod follow from the scene, as they do in the roll. */
export function buildSubject(scene: Scene = {}): Subject {
  const node = buildNode(scene.node);
  const daemonSet = buildDaemonSet(scene);
  const pods = scene.pods ?? [buildPod()];
  return {
    planned: { window: undefined, changesMono: Infinity },
    policy: buildPolicy(scene.policy),
    node: { object: node, createdMono: NOW - HOUR_MS, readySinceMono: NOW - HOUR_MS },
    pool: 'none',
    daemonSet: { object: daemonSet, createdMono: NOW - HOUR_MS, templateSinceMono: NOW - HOUR_MS },
    placement: decidePlacement(node, daemonSet.placement),
    pods,
    pod: pickPod(pods),
    gone: scene.gone,
    newestHash: scene.newestHash ?? 'h1',
    imageCounts: scene.imageCounts ?? new Map(),
    daemon: scene.daemon,
    heartbeat: scene.heartbeat,
    usage: undefined,
    sink: { fresh: 0, lagging: 0, away: false, ...scene.sink },
    telemetry: scene.telemetry ?? [],
    lease: scene.lease,
    podEvents: scene.podEvents ?? [],
    daemonSetEvents: scene.daemonSetEvents ?? [],
    making: { ...NOTHING_MADE, ...scene.making },
    rollout: scene.rollout ?? { budget: 1, downNodes: [] },
    egress: scene.egress,
    past: {
      eligibleSinceMono: NOW - HOUR_MS,
      lastEligibleMono: undefined,
      drift: '',
      coveredOnce: true,
      restarts: [],
      ...scene.past,
    },
    now: { monoMs: NOW, wallMs: 1_767_225_600_000 },
  };
}

const MAX_PROBE_AGE_MS = 90_000;

/** What a source shows of the node: Daemons that all match it by its instance and were last probed at `signMono`. */
export function buildSight(daemons: readonly Partial<DaemonObject>[] = [], signMono = NOW - 12_000): DaemonSight {
  const fresh = NOW < signMono + MAX_PROBE_AGE_MS;
  const matches = daemons.map((changes, index) => {
    const object = buildDaemon({ name: `d${index}`, uid: `d${index}`, ...changes });
    return { daemon: { object, own: 0, signMono, aheadMs: 0 }, keys: ['instance i-0abc'], fresh };
  });
  return {
    source: 'riptides',
    matches,
    candidates: matches,
    judged: matches.length === 1 ? matches[0] : undefined,
    otherNodes: [],
    expiresMono: fresh && matches.length > 0 ? signMono + MAX_PROBE_AGE_MS : Infinity,
  };
}

/** Heartbeats every 10 s, the last one that long ago, with what the case is about. */
export function buildHeartbeat(changes: Partial<HeartbeatEntry> = {}, ageMs = 1_000): HeartbeatSight {
  const arrivedMono = NOW - ageMs;
  const object = { ownerUid: 'ds-uid', node: 'node-1', podUid: 'uid-agent-x1', bootId: 'b1', sequence: 7, sentAt: 0 };
  const report: HeartbeatEntry = {
    object: { ...object, telemetry: [], errors: [] },
    arrivedMono,
    heardTwice: true,
    intervalMs: 10_000,
    formerBootId: '',
    skewMs: 0,
    roundTripMs: 1,
    acked: undefined,
    failing: undefined,
    ...changes,
  };
  return {
    matches: undefined,
    newest: undefined,
    expiresMono: -Infinity,
    report,
    staleMono: arrivedMono + 30_000,
    offlineMono: arrivedMono + 100_000,
    silenceMono: -Infinity,
    lagsFromMono: (report.acked?.atMono ?? -Infinity) + 20_000,
  };
}

/** An event about the judged pod that happened `agoMs` ago, for the first time unless `count` says otherwise. */
export function buildEvent(reason: string, message: string, { agoMs = 1_000, count = 1 } = {}): EventEntry {
  const object = {
    uid: `event-${reason}-${message}`,
    namespace: 'agents',
    name: 'agent-x1.1',
    involvedUid: 'uid-agent-x1',
    involvedKind: 'Pod',
    involvedName: 'agent-x1',
    reason,
    message,
    type: 'Warning',
    count,
    component: 'kubelet',
  };
  return { object, firstMono: NOW - agoMs, lastMono: NOW - agoMs };
}

/** The same subject at another monotonic time. */
export function at(subject: Subject, monoMs: number): Subject {
  return { ...subject, now: { monoMs, wallMs: subject.now.wallMs + monoMs - subject.now.monoMs } };
}

/** `deletedAt` follows from `graceLeftMs`, which makes the pod a terminating one. */
export function buildPod(changes: Partial<PodObject> = {}, times: PodTimes = {}): PodEntry {
  const { ageMs = HOUR_MS, readyMs = ageMs, graceLeftMs } = times;
  const object: PodObject = {
    uid: `uid-${changes.name ?? 'agent-x1'}`,
    name: 'agent-x1',
    namespace: 'agents',
    ownerUid: 'ds-uid',
    target: 'node-1',
    bound: true,
    phase: 'Running',
    reason: '',
    message: '',
    hash: 'h1',
    finalizers: [],
    ready: condition('False', 'ContainersNotReady', 'containers with unready status: [agent]'),
    scheduled: condition('True'),
    initialized: condition('True'),
    disruption: undefined,
    sandbox: undefined,
    imageIds: '',
    containers: [],
    deletedAt: graceLeftMs === undefined ? undefined : 1,
    ...changes,
  };
  return {
    object,
    createdMono: NOW - ageMs,
    readySinceMono: NOW - readyMs,
    deletedMono: graceLeftMs === undefined ? undefined : NOW + graceLeftMs,
  };
}

/** A Pending pod that the scheduler answered like this, or with '' not at all. */
export function buildPending(reason: string, message = '', times: PodTimes = {}): PodEntry {
  const scheduled = reason === '' ? undefined : condition('False', reason, message);
  return buildPod(
    { bound: false, phase: 'Pending', ready: condition('Unknown'), initialized: undefined, scheduled },
    times,
  );
}

/** A pod whose containers are as given. */
export function buildFaulty(
  containers: readonly Partial<ContainerObject>[],
  changes: Partial<PodObject> = {},
): PodEntry {
  return buildPod({ ...changes, containers: containers.map(buildContainer) });
}

function buildContainer(changes: Partial<ContainerObject>): ContainerObject {
  const image = 'registry.example/agent:1.2';
  return { name: 'agent', init: false, ready: false, running: false, restarts: 0, image, ...changes };
}

function buildNode({ labels = {}, ...changes }: NodeChanges = {}): NodeObject {
  return {
    uid: 'node-uid',
    name: 'node-1',
    ...splitLabels(labels),
    sharedAnnotations: {},
    ownAnnotations: {},
    unschedulable: false,
    taints: [],
    ready: condition('True', 'KubeletReady', 'kubelet is posting ready status'),
    problems: [],
    providerId: '',
    hosts: [],
    ips: [],
    cpuMillis: 4_000,
    ...changes,
  };
}

function buildDaemonSet({ daemonSet, template }: Scene): DaemonSetObject {
  return {
    uid: 'ds-uid',
    name: 'agent',
    namespace: 'agents',
    generation: 1,
    selector: { matchLabels: { app: 'agent' }, matchExpressions: [] },
    placement: { nodeName: '', nodeSelector: {}, tolerations: [], hostNetwork: false, ...template },
    podLabels: { app: 'agent' },
    podTemplate: { schedulerName: '', priorityClassName: '', containers: [], volumes: [] },
    minReadySeconds: 0,
    strategy: 'RollingUpdate',
    surge: false,
    rolloutBudget: '1',
    status: { desired: 1, observedGeneration: 1 },
    ...daemonSet,
  };
}

function buildPolicy(changes: Partial<Policy> = {}): Policy {
  return {
    uid: 'policy-uid',
    name: 'agent',
    policyNamespace: 'agents',
    origin: 'API',
    createdAt: 0,
    generation: 1,
    namespace: 'agents',
    daemonset: 'agent',
    hasDaemonSet: true,
    daemonLayer: { source: 'riptides', maxProbeAgeMs: MAX_PROBE_AGE_MS },
    exclusions: [],
    poolLabels: [],
    minimum: new Map(),
    podLayer: { asked: true, offPools: [], startDeadlineMs: START_DEADLINE_MS },
    joiningTaints: [],
    leavingTaints: [],
    leavingAnnotations: [],
    grace: { joiningMs: 300_000, leavingMs: 900_000, nodeNotReadyMs: 0 },
    nodeNotReadyExcused: false,
    exemptions: [],
    providesNetwork: false,
    join: { from: 'Ready', withinMs: 120_000 },
    resources: { cpuRatio: 0.05, memoryBytes: 200e6 },
    objectives: [],
    purpose: '',
    team: '',
    contact: '',
    ...changes,
  };
}
