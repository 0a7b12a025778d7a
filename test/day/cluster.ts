/** The cluster of a scripted day: nodes that change, and a DaemonSet controller and kubelets that follow them. */
import type { DaemonSetObject, NodeObject, PodObject, RevisionObject } from '@rollcall/contract';
import type { Random } from '../e2e/random.ts';
import { conditionOf, DAY_START_MS, makePod, NAMESPACE } from './objects.ts';
import type { Schedule } from './schedule.ts';

/** What is wrong with the daemon on one node. */
export type Ailment = 'crash' | 'hang' | 'image' | 'quota';

/** A DaemonSet and its newest revision. */
export interface DaySet {
  object: DaemonSetObject;
  revision: number;
}

/** What the cluster tells of itself, to be stamped with a time; `undefined`: gone. */
export interface Hearer {
  node(uid: string, object: NodeObject | undefined): void;
  pod(uid: string, object: PodObject | undefined): void;
  daemonSet(object: DaemonSetObject): void;
  revision(object: RevisionObject): void;
  /** The quota refused a pod of the DaemonSet. */
  refused(object: DaemonSetObject): void;
}

/** The cluster. Pods and ailments are kept by `podKey`. */
export interface Cluster {
  readonly nodes: ReadonlyMap<string, NodeObject>;
  readonly pods: ReadonlyMap<string, PodObject>;
  readonly sets: ReadonlyMap<string, DaySet>;
  addNode(node: NodeObject): void;
  changeNode(name: string, changes: Partial<NodeObject>): void;
  removeNode(name: string): void;
  deletePod(set: string, node: string): void;
  fallIll(set: string, node: string, ailment: Ailment): void;
  recover(set: string, node: string): void;
  ailmentOf(set: string, node: string): Ailment | undefined;
  /** Makes a new revision; a RollingUpdate begins, an OnDelete one waits. */
  renew(set: string): void;
}

/** What a cluster lives by. */
export interface ClusterOptions {
  readonly random: Random;
  readonly schedule: Schedule;
  readonly hearer: Hearer;
  readonly sets: readonly DaemonSetObject[];
}

/** The name under which a pod, and what is wrong with it, is kept. */
export function podKey(set: string, node: string): string {
  return `${set}/${node}`;
}

/** The hash of a revision. */
export function hashOf({ object, revision }: DaySet): string {
  return `${object.name}-h${revision}`;
}

/** Whether the controller would put a pod there; what it tolerates by itself is left out. */
export function shouldRun({ sharedLabels, taints }: NodeObject): boolean {
  return sharedLabels['role'] === 'worker' && taints.every(({ key }) => isTolerated(key));
}

function isTolerated(key: string): boolean {
  return key.startsWith('node.kubernetes.io/');
}

/** An empty cluster with its DaemonSets. */
export function createCluster(options: ClusterOptions): Cluster {
  const parts: Parts = {
    ...options,
    nodes: new Map(),
    pods: new Map(),
    daySets: new Map(options.sets.map((object) => [object.name, { object, revision: 1 }])),
    ills: new Map(),
    born: 0,
  };
  const { nodes, pods, daySets, ills, hearer } = parts;
  return {
    nodes,
    pods,
    sets: daySets,
    addNode: (node) => put(parts, node),
    changeNode: (name, changes) => {
      const known = nodes.get(name);
      if (known !== undefined) put(parts, { ...known, ...changes });
    },
    removeNode: (name) => {
      const known = nodes.get(name);
      nodes.delete(name);
      if (known !== undefined) hearer.node(known.uid, undefined);
      for (const set of daySets.keys()) remove(parts, podKey(set, name), 15);
    },
    deletePod: (set, node) => remove(parts, podKey(set, node), options.random.integer(3, 10)),
    fallIll: (set, node, ailment) => {
      ills.set(podKey(set, node), ailment);
      sicken(parts, podKey(set, node), ailment);
    },
    recover: (set, node) => {
      ills.delete(podKey(set, node));
      start(parts, podKey(set, node));
      settle(parts, node);
    },
    ailmentOf: (set, node) => ills.get(podKey(set, node)),
    renew: (set) => renew(parts, set),
  };
}

interface Parts extends ClusterOptions {
  readonly nodes: Map<string, NodeObject>;
  readonly pods: Map<string, PodObject>;
  readonly daySets: Map<string, DaySet>;
  readonly ills: Map<string, Ailment>;
  born: number;
}

function wall({ schedule }: Parts): number {
  return DAY_START_MS + schedule.now() * 1_000;
}

function put(parts: Parts, node: NodeObject): void {
  const before = parts.nodes.get(node.name);
  parts.nodes.set(node.name, node);
  parts.hearer.node(node.uid, node);
  settle(parts, node.name);
  if (before?.ready.status === node.ready.status) return;
  for (const set of parts.daySets.keys()) {
    if (node.ready.status === 'True') start(parts, podKey(set, node.name));
    else changePod(parts, podKey(set, node.name), { ready: conditionOf('False'), readySince: wall(parts) });
  }
}

function changePod({ pods, hearer }: Parts, key: string, changes: Partial<PodObject>): void {
  const known = pods.get(key);
  if (known === undefined) return;
  const pod = { ...known, ...changes };
  pods.set(key, pod);
  hearer.pod(pod.uid, pod);
}

/** The controller looks at a node a moment later. */
function settle(parts: Parts, name: string): void {
  parts.schedule.after(1, () => {
    const node = parts.nodes.get(name);
    if (node === undefined) return;
    for (const set of parts.daySets.values()) {
      const key = podKey(set.object.name, name);
      if (!shouldRun(node) && mustGo(node)) remove(parts, key, 5);
      if (shouldRun(node) && !parts.pods.has(key)) create(parts, set, name);
    }
  });
}

/** A NoSchedule taint that comes later lets the pod stay. */
function mustGo({ sharedLabels, taints }: NodeObject): boolean {
  return (
    sharedLabels['role'] !== 'worker' || taints.some(({ key, effect }) => effect === 'NoExecute' && !isTolerated(key))
  );
}

function create(parts: Parts, set: DaySet, node: string): void {
  const { schedule, hearer, pods, random } = parts;
  const key = podKey(set.object.name, node);
  if (parts.ills.get(key) === 'quota') {
    hearer.refused(set.object);
    schedule.after(60, () => settle(parts, node));
    return;
  }
  parts.born += 1;
  const createdAt = wall(parts);
  const pod = makePod(set.object, node, {
    uid: `pod-${parts.born}`,
    name: `${set.object.name}-${parts.born}`,
    hash: hashOf(set),
    createdAt,
    readySince: createdAt,
  });
  pods.set(key, pod);
  hearer.pod(pod.uid, pod);
  schedule.after(1, () => changePod(parts, key, { bound: true, scheduled: conditionOf('True') }));
  schedule.after(random.integer(2, 4), () => start(parts, key));
}

/** The kubelet runs it, unless the node is not Ready or something is wrong with the daemon. */
function start(parts: Parts, key: string): void {
  const { pods, nodes, ills, random, schedule, daySets } = parts;
  const pod = pods.get(key);
  if (pod === undefined || pod.deletedAt !== undefined || nodes.get(pod.target)?.ready.status !== 'True') return;
  const ailment = ills.get(key);
  if (ailment === 'crash' || ailment === 'image') return sicken(parts, key, ailment);
  if (pod.ready.status === 'True') return;
  changePod(parts, key, { phase: 'Running', bound: true, containers: [] });
  // The mean time to become Ready differs by daemon.
  const slow = daySets.keys().next().value === key.split('/')[0] ? 20 : 10;
  schedule.after(random.integer(4, slow), () => {
    const now = pods.get(key);
    const fit =
      now?.uid === pod.uid && now.deletedAt === undefined && !['crash', 'image'].includes(ills.get(key) ?? '');
    if (!fit || nodes.get(pod.target)?.ready.status !== 'True' || now.ready.status === 'True') return;
    changePod(parts, key, { ready: conditionOf('True'), readySince: wall(parts) });
  });
}

function sicken(parts: Parts, key: string, ailment: Ailment): void {
  if (ailment === 'crash') return crash(parts, key, 1);
  if (ailment === 'quota') return remove(parts, key, 5);
  if (ailment === 'hang') return;
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "agent:9": not found' };
  changePod(parts, key, { ...SICK(parts), containers: [{ ...CONTAINER, waiting }] });
}

const CONTAINER = { name: 'agent', init: false, ready: false, running: false, restarts: 0, image: 'agent:1' } as const;
const SICK = (parts: Parts): Partial<PodObject> => ({
  ready: conditionOf('False', 'ContainersNotReady'),
  readySince: wall(parts),
});

/** Dies, and dies again after a longer and longer wait. */
function crash(parts: Parts, key: string, restarts: number): void {
  const pod = parts.pods.get(key);
  if (parts.ills.get(key) !== 'crash' || pod === undefined || pod.deletedAt !== undefined) return;
  const terminated = { reason: 'Error', message: '', exitCode: 1, signal: 0, finishedAt: wall(parts) };
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' };
  const containers = [{ ...CONTAINER, restarts, waiting, lastTerminated: terminated }];
  changePod(parts, key, restarts === 1 ? { ...SICK(parts), containers } : { containers });
  parts.schedule.after(Math.min(300, 10 * 2 ** restarts), () => {
    if (parts.pods.get(key)?.uid === pod.uid) crash(parts, key, restarts + 1);
  });
}

function remove(parts: Parts, key: string, seconds: number): void {
  const pod = parts.pods.get(key);
  if (pod === undefined || pod.deletedAt !== undefined) return;
  changePod(parts, key, { deletedAt: wall(parts) + 30_000 });
  parts.schedule.after(seconds, () => {
    parts.pods.delete(key);
    parts.hearer.pod(pod.uid, undefined);
    settle(parts, pod.target);
  });
}

function renew(parts: Parts, name: string): void {
  const set = parts.daySets.get(name);
  if (set === undefined) return;
  set.revision += 1;
  const generation = set.object.generation + 1;
  set.object = { ...set.object, generation, status: { ...set.object.status, observedGeneration: generation } };
  const hash = hashOf(set);
  parts.hearer.daemonSet(set.object);
  parts.hearer.revision({ uid: `revision-${hash}`, ownerUid: set.object.uid, revision: set.revision, hash });
  if (set.object.strategy === 'RollingUpdate') roll(parts, set);
}

/** As the controller: broken old pods at once, then as many as the budget leaves. */
function roll(parts: Parts, set: DaySet): void {
  const [hash, revision] = [hashOf(set), set.revision];
  const wanted = [...parts.nodes.values()].filter(shouldRun).map(({ name }) => podKey(set.object.name, name));
  const all = wanted.flatMap((key) => parts.pods.get(key) ?? []);
  const old = all.filter((pod) => pod.hash !== hash && pod.deletedAt === undefined);
  const isUp = (pod: PodObject): boolean => pod.ready.status === 'True' && pod.deletedAt === undefined;
  const most = Math.ceil((wanted.length * parseInt(set.object.rolloutBudget, 10)) / 100);
  const room = Math.max(0, most - (wanted.length - all.filter(isUp).length));
  const chosen = [...old.filter((pod) => !isUp(pod)), ...old.filter(isUp).slice(0, room)];
  for (const { target } of chosen) remove(parts, podKey(set.object.name, target), parts.random.integer(3, 10));
  if (old.length > 0 && set.revision === revision) parts.schedule.after(2, () => roll(parts, set));
}

/** The event by which the controller says that the quota refuses its pods. */
export const REFUSAL = {
  namespace: NAMESPACE,
  reason: 'FailedCreate',
  message:
    'Error creating: pods "agent-x" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=200, limited: pods=200',
} as const;
