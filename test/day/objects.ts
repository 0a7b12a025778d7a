/** The objects of a scripted day as the watches would project them: healthy ones, and what differs from that. */
import {
  JOINING_TAINTS,
  LEAVING_TAINTS,
  VIRTUAL_NODES,
  type Condition,
  type DaemonSetObject,
  type NodeObject,
  type PodObject,
  type Policy,
} from '@rollcall/contract';

/** The wall clock when the day begins. */
export const DAY_START_MS = Date.UTC(2026, 10, 25);
/** The namespace of the day's DaemonSets. */
export const NAMESPACE = 'agents';
/** How often an agent sends a heartbeat, seconds. */
export const HEARTBEAT_S = 30;

const DAY_MS = 86_400_000;
const LONG_AGO = DAY_START_MS - DAY_MS;

/** A condition with a reason of its own. */
export function conditionOf(status: string, reason = ''): Condition {
  return { status, reason, message: '' };
}

/** A Ready node of a pool that takes daemons. */
export function makeNode(name: string, pool: string, own: Partial<NodeObject>): NodeObject {
  return {
    uid: `uid-${name}`,
    name,
    sharedLabels: { pool, role: 'worker' },
    ownLabels: { 'kubernetes.io/hostname': name },
    sharedAnnotations: {},
    ownAnnotations: {},
    createdAt: LONG_AGO,
    unschedulable: false,
    taints: [],
    ready: conditionOf('True', 'KubeletReady'),
    readySince: LONG_AGO,
    problems: [],
    providerId: `cloud:///${name}`,
    hosts: [],
    ips: [],
    cpuMillis: 4_000,
    ...own,
  };
}

/** A pod that was just made for a node and is not bound yet. */
export function makePod(owner: DaemonSetObject, node: string, own: Partial<PodObject>): PodObject {
  return {
    uid: '',
    name: `${owner.name}-${node}`,
    namespace: NAMESPACE,
    ownerUid: owner.uid,
    target: node,
    bound: false,
    phase: 'Pending',
    reason: '',
    message: '',
    hash: '',
    createdAt: LONG_AGO,
    finalizers: [],
    ready: conditionOf('False'),
    readySince: LONG_AGO,
    scheduled: conditionOf('False'),
    initialized: conditionOf('True'),
    imageIds: '',
    containers: [],
    ...own,
  };
}

/** A DaemonSet for all workers; it tolerates nothing but what the controller adds. */
export function makeDaemonSet(name: string, strategy: DaemonSetObject['strategy']): DaemonSetObject {
  return {
    uid: `ds-${name}`,
    name,
    namespace: NAMESPACE,
    createdAt: LONG_AGO,
    generation: 1,
    selector: { matchLabels: { app: name }, matchExpressions: [] },
    placement: { nodeName: '', nodeSelector: { role: 'worker' }, tolerations: [], hostNetwork: true },
    podLabels: { app: name },
    podTemplate: { schedulerName: '', priorityClassName: '', containers: [], volumes: [] },
    minReadySeconds: 0,
    strategy,
    surge: false,
    rolloutBudget: '3%',
    status: { desired: 0, observedGeneration: 1 },
  };
}

/** The policy of a DaemonSet; of the first one heartbeats are asked. */
export function makePolicy(daemonset: string, asksHeartbeats: boolean): Policy {
  const heartbeatLayer = { periodMs: HEARTBEAT_S * 1_000, staleAfter: 3, offlineAfter: 10, serviceAccounts: [] };
  return {
    uid: `policy-${daemonset}`,
    name: daemonset,
    policyNamespace: NAMESPACE,
    origin: 'API',
    createdAt: LONG_AGO,
    generation: 1,
    namespace: NAMESPACE,
    daemonset,
    hasDaemonSet: true,
    exclusions: VIRTUAL_NODES,
    poolLabels: ['pool'],
    minimum: new Map(),
    podLayer: { asked: true, offPools: [], startDeadlineMs: 120_000 },
    ...(asksHeartbeats && { heartbeatLayer }),
    joiningTaints: JOINING_TAINTS,
    leavingTaints: LEAVING_TAINTS,
    leavingAnnotations: [],
    grace: { joiningMs: 300_000, leavingMs: 900_000, nodeNotReadyMs: 900_000 },
    nodeNotReadyExcused: false,
    exemptions: [],
    providesNetwork: false,
    join: { from: 'Ready', withinMs: 120_000 },
    resources: { cpuRatio: 0.05, memoryBytes: 200e6 },
    objectives: [
      { sli: 'coverage', target: 0.99, windowMs: 30 * DAY_MS },
      { sli: 'join', target: 0.95, windowMs: 30 * DAY_MS },
    ],
    purpose: 'Collects logs',
    team: 'platform',
    contact: '#platform',
  };
}
