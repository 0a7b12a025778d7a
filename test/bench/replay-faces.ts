/** The bytes of the replay's nodes and pods in each state that they go through, as watch events. */
import { podObject } from './daemon-objects.ts';
import { nodeObject } from './node-object.ts';
import type { Encoding, Face } from './encoding.ts';
import { TEXTS, timeMark, type Template } from './vary-objects.ts';

/** What a node may be in: `leaving` is drained by its autoscaler, `drifted` has lost a label that the DaemonSet selects by. */
export type NodeFace = 'ready' | 'dead' | 'joining' | 'leaving' | 'drifted';

/** What a daemon pod may be in: `unready` is on a dead node, `restarted` serves again. */
export type PodFace = 'pending' | 'starting' | 'ready' | 'unready' | 'crashing' | 'restarted' | 'ending';

/** The label that the replay's DaemonSet selects nodes by, and its value. */
export const SELECTED = { 'example.com/team': 'platform' } as const;

/** The stamps of each. */
export interface Faces {
  readonly nodes: Readonly<Record<NodeFace, Face>>;
  readonly pods: Readonly<Record<PodFace, Face>>;
}

const MADE = timeMark('created');
const SINCE = timeMark('moved');

/** All of them, in an encoding. */
export function createFaces({ stampObject }: Encoding): Faces {
  return {
    nodes: {
      ready: stampObject(node({})),
      dead: stampObject(node({ ready: 'Unknown', taints: lifecycleTaints('unreachable') })),
      joining: stampObject(node({ ready: 'False', taints: lifecycleTaints('not-ready') })),
      leaving: stampObject(
        node({ taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule', timeAdded: SINCE }] }),
      ),
      drifted: stampObject(node({ labels: false })),
    },
    pods: {
      pending: stampObject(
        pod({ bound: false, ready: false, container: { waiting: { reason: 'ContainerCreating' } } }),
      ),
      starting: stampObject(pod({ ready: false })),
      ready: stampObject(pod({})),
      unready: stampObject(pod({ ready: false, container: { running: { startedAt: MADE } }, containerReady: true })),
      crashing: stampObject(pod({ ready: false, restarts: 4, container: CRASHED })),
      restarted: stampObject(pod({ restarts: 5 })),
      ending: stampObject(pod({ ready: false, deleted: true })),
    },
  };
}

const CRASHED = {
  waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container=plexd' },
};

interface NodeShape extends Template {
  readonly metadata: { creationTimestamp: string; labels: Record<string, string> };
  readonly spec: { taints?: readonly object[] };
  readonly status: { readonly conditions: { type: string; status: string; lastTransitionTime: string }[] };
}

interface NodeWish {
  readonly ready?: 'False' | 'Unknown';
  readonly taints?: readonly object[];
  /** False: without the label that the DaemonSet selects by. */
  readonly labels?: boolean;
}

function node({ ready, taints, labels = true }: NodeWish): Template {
  const object = nodeObject(ready === undefined ? 'True' : 'False') as NodeShape;
  object.metadata.creationTimestamp = MADE;
  if (!labels) for (const key of Object.keys(SELECTED)) delete object.metadata.labels[key];
  if (taints !== undefined) object.spec.taints = taints;
  for (const condition of object.status.conditions) {
    condition.lastTransitionTime = MADE;
    if (condition.type !== 'Ready') continue;
    condition.lastTransitionTime = SINCE;
    condition.status = ready ?? 'True';
  }
  return object;
}

function lifecycleTaints(name: string): readonly object[] {
  const taint = { key: `node.kubernetes.io/${name}`, timeAdded: SINCE };
  return [
    { ...taint, effect: 'NoSchedule' },
    { ...taint, effect: 'NoExecute' },
  ];
}

interface PodShape extends Template {
  readonly metadata: {
    creationTimestamp: string;
    deletionTimestamp?: string;
    readonly labels: Record<string, string>;
  };
  readonly spec: { nodeName?: string; affinity: unknown };
  readonly status: {
    phase: string;
    readonly conditions: { type: string; status: string; lastTransitionTime: string | null }[];
    readonly containerStatuses: object[];
  };
}

interface PodWish {
  readonly bound?: boolean;
  readonly ready?: boolean;
  readonly deleted?: boolean;
  readonly restarts?: number;
  readonly container?: object;
  readonly containerReady?: boolean;
}

function pod(wish: PodWish): Template {
  const { bound = true, ready = true } = wish;
  const object = onItsNode(podObject()) as PodShape;
  const { spec, status } = object;
  dress(object.metadata, wish);
  if (!bound) delete spec.nodeName;
  status.phase = bound ? 'Running' : 'Pending';
  for (const condition of status.conditions) {
    const isReadiness = condition.type.endsWith('Ready');
    condition.lastTransitionTime = isReadiness ? SINCE : MADE;
    if (!bound || (isReadiness && !ready)) condition.status = 'False';
  }
  setContainers(status, wish);
  return object;
}

function dress(metadata: PodShape['metadata'], { deleted = false }: PodWish): void {
  metadata.creationTimestamp = MADE;
  metadata.labels['controller-revision-hash'] = TEXTS.hash;
  if (deleted) metadata.deletionTimestamp = SINCE;
}

function setContainers({ containerStatuses }: PodShape['status'], wish: PodWish): void {
  const { ready = true, containerReady = ready, restarts = 0, container = { running: { startedAt: MADE } } } = wish;
  for (const own of containerStatuses)
    Object.assign(own, { state: container, ready: containerReady, restartCount: restarts });
}

/** Pods outlive no node and nodes outlive pods, so that each has a number of its own. */
function onItsNode(object: object): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll('"node-%index.', `"node-${TEXTS.node}.`));
}
