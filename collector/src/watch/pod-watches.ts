/** Keeps the pod watches as planned: starts what is new, and stops what is no longer needed only once its successor is live. */
import { podSource, type PodObject, type WatchStateName } from '@rollcall/contract';
import { planPodWatches, type PodTarget, type PodWatchPlan } from './pod-plan.ts';
import { projectPod } from './project-pod.ts';
import { stampNow, watchKind, type KindWatch, type Stamp, type WatchHost } from './watch-kind.ts';

interface PodWatch {
  plan: PodWatchPlan;
  state: WatchStateName;
  readonly uids: Set<string>;
  watch: KindWatch | undefined;
}

/** The pod watches of all namespaces. */
export interface PodWatches {
  /** Watches the pods of exactly these DaemonSets from now on. */
  retarget(targets: readonly PodTarget[]): void;
  watches(): readonly KindWatch[];
}

/** No pod watch yet. */
export function createPodWatches(host: WatchHost): PodWatches {
  const running = new Map<string, PodWatch>();
  const told = new Map<string, WatchStateName>();
  let plans: ReadonlyMap<string, PodWatchPlan> = new Map();

  const settle = (): void => {
    tell(host, told, { running, plans });
    for (const [id, own] of running) {
      if (plans.has(id) || !isReplaced(own, plans, running)) continue;
      running.delete(id);
      retire(host, own, running);
    }
  };
  const start = (plan: PodWatchPlan): void => {
    const own: PodWatch = { plan, state: 'syncing', uids: new Set(), watch: undefined };
    running.set(plan.id, own);
    own.watch = watchPods(host, own, { all: running, settle });
  };
  return {
    retarget: (targets) => {
      plans = planPodWatches(targets);
      for (const plan of plans.values()) {
        const own = running.get(plan.id);
        if (own === undefined) start(plan);
        else own.plan = plan;
      }
      settle();
    },
    watches: () => [...running.values()].flatMap(({ watch }) => (watch === undefined ? [] : [watch])),
  };
}

interface Siblings {
  readonly all: ReadonlyMap<string, PodWatch>;
  settle(): void;
}

function watchPods(host: WatchHost, own: PodWatch, { all, settle }: Siblings): KindWatch {
  const { id, namespace, labelSelector } = own.plan;
  const emit = (uid: string, object: PodObject | undefined, stamp: Stamp): void =>
    host.emit({ kind: 'pod', source: id, uid, object, ...stamp });
  return watchKind(host, {
    id,
    path: `/api/v1/namespaces/${namespace}/pods`,
    labelSelector,
    project: (raw) => projectPod(raw, host.intern),
    upsert: (uid, object, stamp) => {
      own.uids.add(uid);
      emit(uid, object, stamp);
    },
    remove: (uid, stamp) => {
      own.uids.delete(uid);
      if (!isHeld(uid, all)) emit(uid, undefined, stamp);
    },
    state: (state) => {
      own.state = state;
      settle();
    },
  });
}

function isHeld(uid: string, running: ReadonlyMap<string, PodWatch>): boolean {
  for (const { uids } of running.values()) if (uids.has(uid)) return true;
  return false;
}

/** True once every watch that is planned for the old one's namespace is live, or none is planned there. */
function isReplaced(
  own: PodWatch,
  plans: ReadonlyMap<string, PodWatchPlan>,
  running: ReadonlyMap<string, PodWatch>,
): boolean {
  const heirs = [...plans.values()].filter(({ namespace }) => namespace === own.plan.namespace);
  return heirs.every(({ id }) => running.get(id)?.state === 'live');
}

function retire(host: WatchHost, own: PodWatch, running: ReadonlyMap<string, PodWatch>): void {
  void own.watch?.reflector.stop();
  const stamp = stampNow(host.clock);
  for (const uid of own.uids) {
    if (!isHeld(uid, running)) host.emit({ kind: 'pod', source: own.plan.id, uid, object: undefined, ...stamp });
  }
}

interface Stage {
  readonly running: ReadonlyMap<string, PodWatch>;
  readonly plans: ReadonlyMap<string, PodWatchPlan>;
}

/** Tells the core of each DaemonSet whether some watch shows its pods: the best of those that hold it. */
function tell(host: WatchHost, told: Map<string, WatchStateName>, { running, plans }: Stage): void {
  const states = new Map<string, WatchStateName>();
  for (const { daemonsets, namespace } of plans.values()) {
    for (const daemonset of daemonsets) states.set(podSource(namespace, daemonset), 'syncing');
  }
  for (const { plan, state } of running.values()) {
    for (const daemonset of plan.daemonsets) {
      const source = podSource(plan.namespace, daemonset);
      const known = states.get(source);
      if (known !== undefined && known !== 'live') states.set(source, state);
    }
  }
  const stamp = stampNow(host.clock);
  const say = (source: string, state: WatchStateName): void =>
    host.emit({ kind: 'watchState', source, uid: source, state, ...stamp });
  for (const source of [...told.keys()]) {
    if (states.has(source)) continue;
    told.delete(source);
    say(source, 'gone');
  }
  for (const [source, state] of states) {
    if (told.get(source) === state) continue;
    told.set(source, state);
    say(source, state);
  }
}
