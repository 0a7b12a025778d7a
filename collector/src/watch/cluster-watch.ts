/** Watches the cluster: nodes, DaemonSets, the pods and revisions of those that a policy is about, and the policies themselves. */
import { WATCH, type DaemonSetObject, type NodeObject } from '@rollcall/contract';
import { toPodTarget } from './pod-plan.ts';
import { createPodWatches } from './pod-watches.ts';
import { watchPolicies, watchWindows, type PolicyListener } from './policy-watch.ts';
import { projectDaemonSet } from './project-daemon-set.ts';
import { createNodeSharing, projectNode } from './project-node.ts';
import { projectNodeWire } from './project-node-wire.ts';
import type { Interner } from './read-field.ts';
import { createRevisionWatches } from './revision-watches.ts';
import { watchKind, type KindWatch, type Stamp, type WatchedResource, type WatchHost } from './watch-kind.ts';

/** A DaemonSet by name. */
export interface DaemonSetName {
  readonly namespace: string;
  readonly daemonset: string;
}

/** Who hears of policy documents, and of the names of all DaemonSets (for `--discover`): first when all are listed. */
export interface ClusterListener extends PolicyListener {
  daemonSets(names: readonly DaemonSetName[], stamp: Stamp): void;
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
  const daemonSets: KnownDaemonSets = { byUid: new Map(), listed: false };
  const pods = createPodWatches(host);
  const revisions = createRevisionWatches(host);
  let targets: readonly DaemonSetName[] = [];

  const aim = (): void => {
    // With a half of the list a namespace would get one watch for each of its first selectors, for nothing.
    if (!daemonSets.listed) return;
    const found = findTargets([...daemonSets.byUid.values()], targets);
    pods.retarget(found.map(toPodTarget));
    revisions.retarget(new Set(found.map(({ namespace }) => namespace)));
  };
  const name = (stamp: Stamp): void => {
    if (!daemonSets.listed) return;
    const names = [...daemonSets.byUid.values()].map((own) => ({ namespace: own.namespace, daemonset: own.name }));
    listener.daemonSets(names, stamp);
  };
  const fixed = [
    watchKind(host, nodes(host)),
    watchKind(host, daemonSetsOf(host, daemonSets, { aim, name })),
    watchPolicies(host, listener),
    watchWindows(host, listener),
  ];
  const all = (): KindWatch[] => [...fixed, ...revisions.watches(), ...pods.watches()];
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

/** The DaemonSet in short. Throws if it has no uid, name or namespace: without one it could not be asked for its pods. */
export function projectFound(raw: unknown, intern: Interner): DaemonSetObject {
  const object = projectDaemonSet(raw, intern);
  if (object.namespace === '') throw new Error('projection refused: DaemonSet without metadata.namespace');
  return object;
}

/** The DaemonSets that go by these names now: the last one where a relist told of the new before the end of the old. */
export function findTargets(
  daemonSets: readonly DaemonSetObject[],
  targets: readonly DaemonSetName[],
): readonly DaemonSetObject[] {
  const byName = new Map(daemonSets.map((own) => [`${own.namespace}/${own.name}`, own]));
  return targets.flatMap(({ namespace, daemonset }) => byName.get(`${namespace}/${daemonset}`) ?? []);
}

function nodes(host: WatchHost): WatchedResource<NodeObject> {
  const source = WATCH.nodes;
  const sharing = createNodeSharing(host.intern);
  return {
    id: source,
    path: '/api/v1/nodes',
    project: (raw) => projectNode(raw, sharing),
    projectWire: (wire, uid) => projectNodeWire(wire, uid, sharing),
    upsert: ({ uid, value: object }, stamp) => host.emit({ kind: 'node', source, uid, object, ...stamp }),
    remove: (uid, stamp) => host.emit({ kind: 'node', source, uid, object: undefined, ...stamp }),
    state: ({ name }, stamp) => host.emit({ kind: 'watchState', source, uid: source, state: name, ...stamp }),
  };
}

interface KnownDaemonSets {
  /** In the order in which they were first seen. */
  readonly byUid: Map<string, DaemonSetObject>;
  /** True once the first list was complete. */
  listed: boolean;
}

interface Followers {
  /** Aims the watches of pods and revisions at the DaemonSets that are known now. */
  aim(): void;
  /** Tells the listener their names. */
  name(stamp: Stamp): void;
}

/**
 * The core hears of a DaemonSet between its two followers: of a new one when the watch of its pods is known not to be live,
 * of the end of one when no policy was found by its name any more. Else its nodes would be uncovered for a moment.
 */
function daemonSetsOf(
  host: WatchHost,
  known: KnownDaemonSets,
  { aim, name }: Followers,
): WatchedResource<DaemonSetObject> {
  const source = WATCH.daemonsets;
  return {
    id: source,
    path: '/apis/apps/v1/daemonsets',
    project: (raw) => projectFound(raw, host.intern),
    upsert: ({ uid, value: object }, stamp) => {
      const isOther = known.byUid.get(uid)?.generation !== object.generation;
      known.byUid.set(uid, object);
      if (isOther) aim();
      host.emit({ kind: 'daemonset', source, uid, object, ...stamp });
      if (isOther) name(stamp);
    },
    remove: (uid, stamp) => {
      known.byUid.delete(uid);
      name(stamp);
      host.emit({ kind: 'daemonset', source, uid, object: undefined, ...stamp });
      aim();
    },
    state: (state, stamp) => {
      if (state.name === 'live' && !known.listed) {
        known.listed = true;
        aim();
        name(stamp);
      }
      host.emit({ kind: 'watchState', source, uid: source, state: state.name, ...stamp });
    },
  };
}
