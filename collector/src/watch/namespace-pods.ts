/** The pod watches of one namespace: starts what is newly planned, and stops what is not only once its successor is live. */
import { podSource, type PodObject, type WatchStateName } from '@rollcall/contract';
import type { Item } from '@rollcall/kube';
import { planPodWatches, watchIdsOf, type PodTarget, type PodWatchPlan } from './pod-plan.ts';
import { createPodSharing, projectPod, UNREAD_OF_PODS } from './project-pod.ts';
import { projectPodWire } from './project-pod-wire.ts';
import { stampNow, watchKind, type KindWatch, type Stamp, type WatchHost } from './watch-kind.ts';

/** The watches of one namespace; the core is told of each target whether some live watch shows its pods. */
export interface NamespacePods {
  /** Watches the pods of exactly these DaemonSets, all of this namespace, from now on. */
  retarget(targets: readonly PodTarget[]): void;
  watches(): readonly KindWatch[];
}

interface PodWatch {
  readonly plan: PodWatchPlan;
  readonly watch: ReturnType<typeof watchKind>;
  /** Pods that it knows and does not show: others live in the namespace too, and a daemon pod may be orphaned. */
  readonly hidden: Set<string>;
  state: WatchStateName;
}

interface Stage {
  readonly host: WatchHost;
  readonly running: Map<string, PodWatch>;
  /** What the core was told, by the source's name. */
  readonly told: Map<string, WatchStateName>;
  targets: readonly PodTarget[];
  plans: ReadonlyMap<string, PodWatchPlan>;
}

/** No watch yet. */
export function createNamespacePods(host: WatchHost): NamespacePods {
  const stage: Stage = { host, running: new Map(), told: new Map(), targets: [], plans: new Map() };
  return {
    retarget: (targets) => {
      stage.targets = targets;
      stage.plans = planPodWatches(targets);
      for (const plan of stage.plans.values()) if (!stage.running.has(plan.id)) start(stage, plan);
      settle(stage);
    },
    watches: () => [...stage.running.values()].map(({ watch }) => watch),
  };
}

function start(stage: Stage, plan: PodWatchPlan): void {
  const { id, namespace, labelSelector } = plan;
  const sharing = createPodSharing(stage.host.intern);
  const watch = watchKind<PodObject>(stage.host, {
    id,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    labelSelector,
    unread: UNREAD_OF_PODS,
    project: (raw) => projectPod(raw, sharing),
    projectWire: (wire, uid) => projectPodWire(wire, uid, sharing),
    upsert: (item, stamp) => show(stage, own, { item, stamp }),
    remove: (uid, stamp) => {
      if (!own.hidden.delete(uid)) hide(stage, own, { uid, stamp });
    },
    state: ({ name }) => {
      own.state = name;
      settle(stage);
    },
  });
  const own: PodWatch = { plan, watch, hidden: new Set(), state: 'syncing' };
  stage.running.set(id, own);
}

interface Shown {
  readonly item: Item<PodObject>;
  readonly stamp: Stamp;
}

function show(stage: Stage, own: PodWatch, { item, stamp }: Shown): void {
  const { uid, resourceVersion, value: object } = item;
  if (object.ownerUid === '') {
    if (shows(own, uid)) hide(stage, own, { uid, stamp });
    own.hidden.add(uid);
    return;
  }
  own.hidden.delete(uid);
  // Two watches may show one pod, and one of them may lag: it must not bring back what was.
  for (const other of stage.running.values())
    if (other !== own && other.watch.reflector.known.isPast(uid, resourceVersion)) return;
  stage.host.emit({ kind: 'pod', source: own.plan.id, uid, object, ...stamp });
}

function hide(stage: Stage, own: PodWatch, { uid, stamp }: { readonly uid: string; readonly stamp: Stamp }): void {
  // A watch that is to end may have been cut long ago: what it still shows may be gone.
  for (const other of stage.running.values())
    if (other !== own && stage.plans.has(other.plan.id) && shows(other, uid)) return;
  stage.host.emit({ kind: 'pod', source: own.plan.id, uid, object: undefined, ...stamp });
}

function shows({ watch, hidden }: PodWatch, uid: string): boolean {
  return watch.reflector.known.has(uid) && !hidden.has(uid);
}

function settle(stage: Stage): void {
  tell(stage);
  for (const own of [...stage.running.values()]) {
    if (!stage.plans.has(own.plan.id) && isReplaced(stage, own)) retire(stage, own);
  }
}

/** True once each target that it shows is shown by a watch that is planned and live, or none is left. */
function isReplaced({ targets, plans, running }: Stage, { plan }: PodWatch): boolean {
  const shown = targets.map(watchIdsOf).filter((ids) => ids.includes(plan.id));
  return shown.every((ids) => ids.some((id) => plans.has(id) && running.get(id)?.state === 'live'));
}

function retire(stage: Stage, own: PodWatch): void {
  stage.running.delete(own.plan.id);
  void own.watch.reflector.stop();
  const stamp = stampNow(stage.host.clock);
  for (const uid of own.watch.reflector.known.uids()) if (!own.hidden.has(uid)) hide(stage, own, { uid, stamp });
}

/** Tells the core of each target the best state of the watches that show its pods. */
function tell(stage: Stage): void {
  const { host, told, targets } = stage;
  const states = new Map(
    targets.map((own) => [podSource(own.namespace, own.daemonset), bestState(stage, watchIdsOf(own))]),
  );
  const stamp = stampNow(host.clock);
  const say = (source: string, state: WatchStateName): void =>
    host.emit({ kind: 'watchState', source, uid: source, state, ...stamp });
  for (const source of [...told.keys()]) if (!states.has(source)) say(source, 'gone');
  for (const [source, state] of states) if (told.get(source) !== state) say(source, state);
  told.clear();
  for (const [source, state] of states) told.set(source, state);
}

function bestState({ running }: Stage, ids: readonly string[]): WatchStateName {
  const states = ids.map((id) => running.get(id)?.state);
  return (['live', 'stale'] as const).find((state) => states.includes(state)) ?? 'syncing';
}
