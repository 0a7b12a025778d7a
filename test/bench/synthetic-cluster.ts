/** The synthetic cluster: N nodes and their daemon pods, kept as some numbers each and turned into bytes when they are sent. */
import { DAEMON, daemonSetObject, podObject, revisionObject } from './daemon-objects.ts';
import { nodeObject } from './node-object.ts';
import { createPopulation, FIRST_VERSION, type Collection } from './population.ts';
import { varyObject } from './vary-objects.ts';

/** The cluster; it changes only by its methods. */
export interface SyntheticCluster {
  readonly nodes: Collection;
  /** By path; a path of all namespaces has a namespace's objects. */
  readonly collections: ReadonlyMap<string, Collection>;
  /** The pods of the daemon that is always there. */
  readonly pods: Collection;
  /** The newest resourceVersion. */
  version(): number;
  /** A node's status is written anew with the Ready status it has. */
  heartbeat(node: number): void;
  setReady(node: number, ready: boolean): void;
  /** Another pod takes the place of a node's: not ready until `startPod`. */
  replacePod(node: number): void;
  startPod(node: number): void;
}

/** The path of the nodes. */
export const NODES_PATH = '/api/v1/nodes';
/** The path of the pods that change. */
export const PODS_PATH = `/api/v1/namespaces/${DAEMON.namespace}/pods`;

/** A cluster at rest: every node Ready, every pod running, of so many DaemonSets that run on all nodes. */
export function createSyntheticCluster(count: number, daemons: number): SyntheticCluster {
  const clock = { version: FIRST_VERSION, populations: 0, bornS: Math.floor(Date.now() / 1000) };
  const nodes = createPopulation(count, clock, [varyObject(nodeObject('True')), varyObject(nodeObject('False'))]);
  const pods = createPopulation(count, clock, [varyObject(podObject()), varyObject(startingPod())]);
  const collections = new Map<string, Collection>([[NODES_PATH, nodes.collection]]);
  const sets = [];
  for (let daemon = 0; daemon < daemons; daemon++) {
    const named = (object: object): object => renameDaemon(object, daemon);
    const { namespace } = named(DAEMON) as typeof DAEMON;
    const own = daemon === 0 ? pods : createPopulation(count, clock, [varyObject(named(podObject()))]);
    const set = createPopulation(1, clock, [varyObject(named(daemonSetObject(count)))]).collection;
    sets.push(set);
    collections.set(`/api/v1/namespaces/${namespace}/pods`, own.collection);
    collections.set(`/apis/apps/v1/namespaces/${namespace}/daemonsets`, set);
    const revision = createPopulation(1, clock, [varyObject(named(revisionObject()))]).collection;
    collections.set(`/apis/apps/v1/namespaces/${namespace}/controllerrevisions`, revision);
  }
  collections.set('/apis/apps/v1/daemonsets', joinCollections(sets));
  return {
    nodes: nodes.collection,
    pods: pods.collection,
    collections,
    version: () => clock.version,
    heartbeat: nodes.touch,
    setReady: (node, ready) => nodes.turn(node, ready ? 0 : 1),
    replacePod(node) {
      pods.replace(node);
      pods.turn(node, 1);
    },
    startPod: (node) => pods.turn(node, 0),
  };
}

/** One collection of several that have one object each. */
function joinCollections(all: readonly Collection[]): Collection {
  const [first] = all;
  if (first === undefined) throw new Error('there is no collection to join');
  const at = (index: number): Collection => all[index] ?? first;
  return {
    kind: first.kind,
    apiVersion: first.apiVersion,
    size: all.length,
    encode: (index, frame, encoding) => at(index).encode(0, frame, encoding),
    itemBytes: (index, encoding) => at(index).itemBytes(0, encoding),
  };
}

function renameDaemon(object: object, daemon: number): object {
  if (daemon === 0) return object;
  const uid = String(daemon).padStart(4, '0');
  const text = JSON.stringify(object)
    .replaceAll('plexd', `agent${daemon}`)
    .replaceAll('7d0b6f0e-93a1', `7d0b6f0e-${uid}`);
  return JSON.parse(text) as object;
}

interface PodShape {
  readonly status: {
    readonly conditions: { readonly type: string; status: string }[];
    readonly containerStatuses: { state: object; ready: boolean }[];
  };
}

function startingPod(): object {
  const pod = podObject() as PodShape;
  for (const condition of pod.status.conditions) if (condition.type.endsWith('Ready')) condition.status = 'False';
  for (const container of pod.status.containerStatuses) {
    container.state = { waiting: { reason: 'ContainerCreating' } };
    container.ready = false;
  }
  return pod;
}
