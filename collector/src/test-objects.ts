/** Builders of objects and policies for tests: everything is well and a day old; a case overrides only what it is about. */
import {
  JOINING_TAINTS,
  LEAVING_TAINTS,
  VIRTUAL_NODES,
  type Condition,
  type DaemonObject,
  type DaemonSetObject,
  type KubeEventObject,
  type Labelled,
  type NodeObject,
  type NodeStateObject,
  type PodObject,
  type Policy,
  type RevisionObject,
  type StringMap,
  type Taint,
  type TemplatePlacement,
} from '@rollcall/contract';

/** Where the clocks of a test begin. */
export const START = { monoMs: 10_000_000, wallMs: Date.UTC(2026, 0, 1) };
/** One second in milliseconds. */
export const SECOND = 1_000;
/** One minute in milliseconds. */
export const MINUTE = 60_000;
/** One hour in milliseconds. */
export const HOUR = 3_600_000;

const LONG_AGO = START.wallMs - 24 * HOUR;

/** A condition without a message. */
export function condition(status: string, reason = ''): Condition {
  return { status, reason, message: '' };
}

/** A node's or pod's Ready condition, and since when it has that status. */
export function readyAs(status: string, readySince: number): Pick<NodeObject, 'ready' | 'readySince'> {
  return { ready: condition(status), readySince };
}

/** A taint without a value. */
export function taint(key: string, effect = 'NoSchedule', value = ''): Taint {
  return { key, value, effect };
}

/** What a case may say of a node: of its labels and annotations all in one map. */
export type NodeChanges = Partial<NodeObject> & { readonly labels?: StringMap; readonly annotations?: StringMap };

/** Labels as a node has them: every second one is its own. */
export function splitLabels(labels: StringMap): Labelled {
  const pairs = Object.entries(labels);
  const [sharedLabels, ownLabels] = [0, 1].map((odd) => Object.fromEntries(pairs.filter((_, at) => at % 2 === odd)));
  return { sharedLabels: sharedLabels ?? {}, ownLabels: ownLabels ?? {} };
}

/** A Ready node; its UID is `uid-<name>`. */
export function buildNode(name: string, { labels = {}, annotations = {}, ...changes }: NodeChanges = {}): NodeObject {
  return {
    uid: `uid-${name}`,
    name,
    ...splitLabels(labels),
    sharedAnnotations: {},
    ownAnnotations: annotations,
    createdAt: LONG_AGO,
    unschedulable: false,
    taints: [],
    ready: condition('True', 'KubeletReady'),
    readySince: LONG_AGO,
    problems: [],
    providerId: '',
    hosts: [],
    ips: [],
    cpuMillis: 4_000,
    ...changes,
  };
}

/** A Running, Ready pod of the DaemonSet agents/agent on that node, of its first revision; its UID is `pod-<node>`. */
export function buildPod(node: string, changes: Partial<PodObject> = {}): PodObject {
  return {
    uid: `pod-${node}`,
    name: `agent-${node}`,
    namespace: 'agents',
    ownerUid: 'ds-agent',
    target: node,
    bound: true,
    phase: 'Running',
    reason: '',
    message: '',
    hash: 'h1',
    createdAt: LONG_AGO,
    finalizers: [],
    ready: condition('True'),
    readySince: LONG_AGO,
    scheduled: condition('True'),
    initialized: condition('True'),
    imageIds: '',
    containers: [],
    ...changes,
  };
}

/** What a case may say of a DaemonSet: `template` is what of its placement differs from "everywhere". */
export type DaemonSetChanges = Partial<DaemonSetObject> & { readonly template?: Partial<TemplatePlacement> };

/** The DaemonSet agents/agent, wanted on every node, without a minimum of Ready seconds. */
export function buildDaemonSet({ template, ...changes }: DaemonSetChanges = {}): DaemonSetObject {
  const name = changes.name ?? 'agent';
  return {
    uid: `ds-${name}`,
    name,
    namespace: 'agents',
    createdAt: LONG_AGO,
    generation: 1,
    selector: { matchLabels: { app: name }, matchExpressions: [] },
    placement: { nodeName: '', nodeSelector: {}, tolerations: [], hostNetwork: false, ...template },
    podLabels: { app: 'agent' },
    podTemplate: { schedulerName: '', priorityClassName: '', containers: [], volumes: [] },
    minReadySeconds: 0,
    strategy: 'RollingUpdate',
    surge: false,
    rolloutBudget: '1',
    status: { desired: 0, observedGeneration: 1 },
    ...changes,
  };
}

/** A revision of agents/agent: the n-th has the hash `h<n>`. */
export function buildRevision(revision: number, changes: Partial<RevisionObject> = {}): RevisionObject {
  return { uid: `revision-${revision}`, ownerUid: 'ds-agent', revision, hash: `h${revision}`, ...changes };
}

/** A FailedMount of the pod `pod-a`, which happened once, at START. */
export function buildKubeEvent(changes: Partial<KubeEventObject> = {}): KubeEventObject {
  const lastAt = changes.lastAt ?? START.wallMs;
  return {
    uid: 'event',
    namespace: 'agents',
    name: 'agent.17',
    involvedUid: 'pod-a',
    involvedKind: 'Pod',
    involvedName: 'agent-a',
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed for volume "x" : secret "x" not found',
    type: 'Warning',
    count: 1,
    firstAt: lastAt,
    lastAt,
    component: 'kubelet',
    ...changes,
  };
}

/** A Daemon that is well, was probed at START, and names no machine; its UID is `uid-<name>`. */
export function buildDaemon(changes: Partial<DaemonObject> = {}): DaemonObject {
  const name = changes.name ?? 'daemon';
  return {
    uid: `uid-${name}`,
    name,
    namespace: 'riptides-system',
    workloadId: `riptides/daemon/${name}`,
    instanceIds: [],
    nodeUids: [],
    hosts: [],
    ips: [],
    daemonHealth: 'ok',
    driverHealth: 'ok',
    lastProbe: '20260101T000000Z',
    lastProbeAt: START.wallMs,
    daemonVersion: 'v0.5.10',
    driverVersion: 'v0.5.13',
    ...changes,
  };
}

/** A node state that proves life at START and names no node; its UID is `uid-<name>`. */
export function buildNodeState(changes: Partial<NodeStateObject> = {}): NodeStateObject {
  const name = changes.name ?? 'node-n1';
  return {
    uid: `uid-${name}`,
    name,
    namespace: 'agents',
    nodeId: 'n1',
    host: '',
    podUid: '',
    podName: '',
    meshIp: '',
    aliveAt: START.wallMs,
    ...changes,
  };
}

/** A policy for agents/agent with the inferred scope; the label `pool` names the pool. */
export function buildPolicy(changes: Partial<Policy> = {}): Policy {
  const daemonset = changes.daemonset ?? 'agent';
  return {
    uid: `policy-${daemonset}`,
    name: daemonset,
    policyNamespace: 'agents',
    origin: 'API',
    createdAt: LONG_AGO,
    generation: 1,
    namespace: 'agents',
    daemonset,
    hasDaemonSet: true,
    exclusions: VIRTUAL_NODES,
    poolLabels: ['pool'],
    minimum: new Map(),
    podLayer: { asked: true, offPools: [], startDeadlineMs: 2 * MINUTE },
    joiningTaints: JOINING_TAINTS,
    leavingTaints: LEAVING_TAINTS,
    leavingAnnotations: [],
    grace: { joiningMs: 5 * MINUTE, leavingMs: 15 * MINUTE, nodeNotReadyMs: 15 * MINUTE },
    nodeNotReadyExcused: false,
    exemptions: [],
    providesNetwork: false,
    join: { from: 'Ready', withinMs: 120_000 },
    resources: { cpuRatio: 0.05, memoryBytes: 200e6 },
    objectives: [{ sli: 'coverage', target: 0.99, windowMs: 30 * 24 * HOUR }],
    purpose: '',
    team: '',
    contact: '',
    ...changes,
  };
}
