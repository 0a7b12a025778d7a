/** The DaemonSet controller of the world: revisions, pods, rolling updates, and a status that lies as the real one's does. */
import { readList, readPath, readText, type JsonObject } from '../objects/json.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { HASH_LABEL, podManifest, revisionHash, revisionManifest, targetOf } from './daemon-set-object.ts';
import { wishesOf, type Wish } from './placement.ts';
import { CONTROLLER_MANAGER, daemonKey, type WorldState } from './world-state.ts';

/** What the controller remembers of a DaemonSet between two steps, by uid. */
export type ControllerMemory = Map<string, string>;

type Spot = { readonly node: KubeObject; readonly wish: Wish; readonly pods: readonly KubeObject[] };
type Plan = { readonly create: readonly string[]; readonly remove: readonly KubeObject[] };

/** One pass over all DaemonSets. */
export function runDaemonSetController(state: WorldState, memory: ControllerMemory): void {
  const nodes = state.store.list('Node');
  const pods = Map.groupBy(state.store.list('Pod'), (pod) => pod.metadata.ownerReferences?.[0]?.uid ?? '');
  for (const daemonSet of state.store.list('DaemonSet')) {
    const owned = pods.get(daemonSet.metadata.uid ?? '') ?? [];
    syncDaemonSet(state, memory, { daemonSet, nodes, owned });
  }
}

function syncDaemonSet(
  state: WorldState,
  memory: ControllerMemory,
  seen: {
    readonly daemonSet: KubeObject;
    readonly nodes: readonly KubeObject[];
    readonly owned: readonly KubeObject[];
  },
): void {
  const { daemonSet, nodes, owned } = seen;
  ensureRevision(state, daemonSet);
  const byNode = Map.groupBy(owned, targetOf);
  const wish = wishesOf(daemonSet);
  const spots = nodes.map((node) => ({ node, wish: wish(node), pods: byNode.get(node.metadata.name) ?? [] }));
  const plan = planPods(daemonSet, spots);
  const known = new Set(nodes.map((node) => node.metadata.name));
  const stranded = owned.filter((pod) => readText(pod, ['spec', 'nodeName']) === '' && !known.has(targetOf(pod)));
  for (const pod of [...plan.remove, ...stranded]) deletePod(state, pod);
  for (const node of plan.create) state.store.create(podManifest(daemonSet, node), CONTROLLER_MANAGER);
  // As the real controller: the status is written only when something else made it look at the DaemonSet.
  const newest = owned.reduce((max, pod) => Math.max(max, Number(pod.metadata.resourceVersion)), 0);
  const trigger = `${String(owned.length)}/${String(newest)}/${String(daemonSet.metadata.generation)}`;
  const isTriggered = memory.get(daemonSet.metadata.uid ?? '') !== trigger;
  memory.set(daemonSet.metadata.uid ?? '', trigger);
  const misscheduled = readPath(daemonSet, ['status', 'numberMisscheduled']);
  const isWorking = plan.create.length + plan.remove.length > 0;
  if (isTriggered || isWorking || misscheduled !== 0) writeStatus(state, daemonSet, spots);
}

function ensureRevision({ store }: WorldState, daemonSet: KubeObject): void {
  const { name, namespace = '', uid } = daemonSet.metadata;
  const kind = 'ControllerRevision';
  if (store.get({ kind, name: `${name}-${revisionHash(daemonSet)}`, namespace }) !== undefined) return;
  const known = store.list(kind, { namespace }).filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === uid);
  const newest = known.reduce((max, revision) => Math.max(max, Number(revision['revision'])), 0);
  store.create(revisionManifest(daemonSet, newest + 1), CONTROLLER_MANAGER);
}

function planPods(daemonSet: KubeObject, spots: readonly Spot[]): Plan {
  const create = spots.filter(({ wish, pods }) => wish.run && pods.length === 0).map(({ node }) => node.metadata.name);
  const unwanted = spots.filter(({ wish }) => !wish.keep).flatMap(({ pods }) => pods);
  const failed = spots.flatMap(({ pods }) => pods).filter((pod) => readText(pod, ['status', 'phase']) === 'Failed');
  const outdated = planRollout(daemonSet, spots);
  const remove = [...new Set([...unwanted, ...failed, ...outdated])].filter(isLive);
  return { create, remove };
}

/** Old pods that are not ready may always go; of the others as many as maxUnavailable leaves. */
function planRollout(daemonSet: KubeObject, spots: readonly Spot[]): readonly KubeObject[] {
  const hash = revisionHash(daemonSet);
  const wanted = spots.filter(({ wish }) => wish.run);
  const isOld = (pod: KubeObject): boolean => isLive(pod) && pod.metadata.labels?.[HASH_LABEL] !== hash;
  const old = wanted.flatMap(({ pods }) => pods).filter(isOld);
  if (old.length === 0) return [];
  const budget = readPath(daemonSet, ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable']);
  const unavailable = wanted.filter(({ pods }) => !pods.some((pod) => isLive(pod) && isReady(pod))).length;
  const broken = old.filter((pod) => !isReady(pod));
  const room = Math.max(0, Number(budget) - unavailable);
  return [...broken, ...old.filter(isReady).slice(0, room)];
}

function writeStatus(state: WorldState, daemonSet: KubeObject, spots: readonly Spot[]): void {
  const hash = revisionHash(daemonSet);
  const wanted = spots.filter(({ wish }) => wish.run);
  // Of several pods on a node the oldest is judged; a terminating one counts as long as it is Ready.
  const judged = wanted.flatMap(({ pods }) => pods.slice(0, 1));
  const ready = judged.filter(isReady).length;
  const status: JsonObject = {
    currentNumberScheduled: judged.length,
    numberMisscheduled: spots.filter(({ wish, pods }) => !wish.run && pods.length > 0).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: wanted.length - ready,
    updatedNumberScheduled: judged.filter((pod) => pod.metadata.labels?.[HASH_LABEL] === hash).length,
    observedGeneration: daemonSet.metadata.generation,
  };
  const { name, namespace = '' } = daemonSet.metadata;
  state.store.patchStatus({ kind: 'DaemonSet', name, namespace }, status, CONTROLLER_MANAGER);
}

function deletePod(state: WorldState, pod: KubeObject): void {
  const { name, namespace = '', uid = '' } = pod.metadata;
  state.store.delete({ kind: 'Pod', name, namespace });
  const run = state.runs.get(uid);
  if (run !== undefined) run.terminating = true;
}

/** True while nobody has asked for the pod's deletion. */
export function isLive(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined;
}

/** True when the pod's Ready condition is True. */
export function isReady(pod: KubeObject): boolean {
  const conditions = readList(pod, ['status', 'conditions']);
  return conditions.some((row) => readText(row, ['type']) === 'Ready' && readText(row, ['status']) === 'True');
}

/** The key of the DaemonSet that owns a pod, '' for none. */
export function ownerKey(pod: KubeObject): string {
  const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === 'DaemonSet');
  return owner === undefined ? '' : daemonKey({ namespace: pod.metadata.namespace ?? '', name: owner.name });
}
