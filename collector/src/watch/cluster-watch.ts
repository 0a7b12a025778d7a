/** Watches the cluster: nodes, DaemonSets, the pods and revisions of those that a policy is about, and the policies themselves. */
import { WATCH, WATCHED_KINDS, type DaemonSetObject, type NodeObject, type RevisionObject } from '@rollcall/contract';
import { createPodWatches } from './pod-watches.ts';
import { projectDaemonSet } from './project-daemon-set.ts';
import { projectNode } from './project-node.ts';
import { projectRevision } from './project-revision.ts';
import { watchKind, type KindWatch, type Stamp, type WatchedResource, type WatchHost } from './watch-kind.ts';

/** A DaemonSet by name. */
export interface DaemonSetName {
  readonly namespace: string;
  readonly daemonset: string;
}

/** A policy document from the API, unread. */
export interface RawPolicy {
  readonly uid: string;
  readonly document: unknown;
}

/** Who hears of DaemonSets (for `--discover`) and policy documents. */
export interface ClusterListener {
  daemonSets(names: readonly DaemonSetName[], stamp: Stamp): void;
  policy(policy: RawPolicy, stamp: Stamp): void;
  policyGone(uid: string, stamp: Stamp): void;
}

/** The running watches. */
export interface ClusterWatch {
  /** Says which DaemonSets the policies are about; their pods and revisions are watched from now on. */
  retarget(targets: readonly DaemonSetName[]): void;
  watches(): readonly KindWatch[];
  stop(): Promise<void>;
}

/** Starts all watches. Events leave through `host.emit` synchronously, in the order of each watch. */
export function watchCluster(host: WatchHost, listener: ClusterListener): ClusterWatch {
  const daemonSets = new Map<string, DaemonSetObject>();
  const pods = createPodWatches(host);
  const revisions = new Map<string, KindWatch>();
  let targets: readonly DaemonSetName[] = [];

  const aim = (): void => {
    const wanted = new Set(targets.map(({ namespace, daemonset }) => `${namespace}/${daemonset}`));
    const found = [...daemonSets.values()].filter(({ namespace, name }) => wanted.has(`${namespace}/${name}`));
    pods.retarget(found.map(({ namespace, name, selector }) => ({ namespace, daemonset: name, selector })));
    aimRevisions(host, revisions, new Set(targets.map(({ namespace }) => namespace)));
  };
  const changed = (stamp: Stamp): void => {
    const names = [...daemonSets.values()].map(({ namespace, name }) => ({ namespace, daemonset: name }));
    listener.daemonSets(names, stamp);
    aim();
  };
  const fixed = [
    watchKind(host, nodes(host)),
    watchKind(host, daemonSetsOf(host, { known: daemonSets, changed })),
    watchKind(host, policies(host, listener)),
  ];
  const all = (): KindWatch[] => [...fixed, ...revisions.values(), ...pods.watches()];
  return {
    retarget: (names) => {
      targets = names;
      aim();
    },
    watches: all,
    stop: async () => {
      await Promise.all(all().map(({ reflector }) => reflector.stop()));
    },
  };
}

function nodes(host: WatchHost): WatchedResource<NodeObject> {
  return {
    id: WATCH.nodes,
    path: '/api/v1/nodes',
    project: (raw) => projectNode(raw, host.intern),
    upsert: (uid, object, stamp) => host.emit({ kind: 'node', source: WATCH.nodes, uid, object, ...stamp }),
    remove: (uid, stamp) => host.emit({ kind: 'node', source: WATCH.nodes, uid, object: undefined, ...stamp }),
    state: (state, stamp) => host.emit({ kind: 'watchState', source: WATCH.nodes, uid: WATCH.nodes, state, ...stamp }),
  };
}

interface Known {
  readonly known: Map<string, DaemonSetObject>;
  changed(stamp: Stamp): void;
}

function daemonSetsOf(host: WatchHost, { known, changed }: Known): WatchedResource<DaemonSetObject> {
  const source = WATCH.daemonsets;
  return {
    id: source,
    path: '/apis/apps/v1/daemonsets',
    project: (raw) => projectDaemonSet(raw, host.intern),
    upsert: (uid, object, stamp) => {
      const before = known.get(uid);
      known.set(uid, object);
      host.emit({ kind: 'daemonset', source, uid, object, ...stamp });
      if (before === undefined || before.generation !== object.generation) changed(stamp);
    },
    remove: (uid, stamp) => {
      known.delete(uid);
      host.emit({ kind: 'daemonset', source, uid, object: undefined, ...stamp });
      changed(stamp);
    },
    state: (state, stamp) => host.emit({ kind: 'watchState', source, uid: source, state, ...stamp }),
  };
}

function policies(host: WatchHost, listener: ClusterListener): WatchedResource<RawPolicy> {
  const { group, version, resource } = WATCHED_KINDS.daemoncoverages;
  const source = WATCH.policies;
  return {
    id: source,
    path: `/apis/${group}/${version}/${resource}`,
    project: (raw) => ({ uid: uidOf(raw), document: raw }),
    upsert: (_uid, policy, stamp) => listener.policy(policy, stamp),
    remove: (uid, stamp) => listener.policyGone(uid, stamp),
    state: (state, stamp) => host.emit({ kind: 'watchState', source, uid: source, state, ...stamp }),
  };
}

function uidOf(raw: unknown): string {
  const metadata = typeof raw === 'object' && raw !== null && 'metadata' in raw ? raw.metadata : undefined;
  const uid = typeof metadata === 'object' && metadata !== null && 'uid' in metadata ? metadata.uid : undefined;
  return typeof uid === 'string' ? uid : '';
}

function aimRevisions(host: WatchHost, running: Map<string, KindWatch>, wanted: ReadonlySet<string>): void {
  for (const [namespace, watch] of running) {
    if (wanted.has(namespace)) continue;
    running.delete(namespace);
    void watch.reflector.stop();
  }
  for (const namespace of wanted) {
    if (!running.has(namespace)) running.set(namespace, watchKind(host, revisionsOf(host, namespace)));
  }
}

function revisionsOf(host: WatchHost, namespace: string): WatchedResource<RevisionObject> {
  const id = `controllerrevisions/${namespace}`;
  return {
    id,
    path: `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`,
    project: (raw) => projectRevision(raw, host.intern),
    upsert: (uid, object, stamp) => {
      // StatefulSets have revisions too.
      if (object.ownerUid !== '') host.emit({ kind: 'revision', source: id, uid, object, ...stamp });
    },
    remove: (uid, stamp) => host.emit({ kind: 'revision', source: id, uid, object: undefined, ...stamp }),
    state: () => undefined,
  };
}
