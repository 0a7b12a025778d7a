/** The synthetic cluster: N nodes and their daemon pods, kept as two numbers each and turned into bytes when they are sent. */
import { DAEMON, daemonSetObject, podObject, revisionObject } from './daemon-objects.ts';
import { nodeObject } from './node-object.ts';
import { createStamp, type Stamp } from './stamp.ts';

/** The two ways in which an object goes over the wire. */
export type Frame = 'item' | 'ADDED' | 'MODIFIED';

/** One kind's objects. */
export interface Collection {
  readonly kind: string;
  readonly apiVersion: string;
  readonly size: number;
  /** The bytes of one object in a frame; watch events end with their newline. */
  encode(index: number, frame: Frame): Buffer;
}

/** The cluster; it changes only by its methods. */
export interface SyntheticCluster {
  /** By path. */
  readonly collections: ReadonlyMap<string, Collection>;
  /** The newest resourceVersion. */
  version(): string;
  /** A node's status is written anew with the Ready status it has. */
  heartbeat(node: number): void;
  setReady(node: number, ready: boolean): void;
}

/** The path of the nodes, which are the only objects that change. */
export const NODES_PATH = '/api/v1/nodes';

// Ten digits, as wide as the mark.
const FIRST_VERSION = 1_000_000_000;
const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const POOLS = ['pool-a', 'pool-b', 'pool-c', 'pool-d', 'pool-e'];
const CREATED = '2026-01-10T08:00:00Z';

/** A cluster at rest: every node Ready, every pod running. */
export function createSyntheticCluster(count: number): SyntheticCluster {
  let version = FIRST_VERSION;
  const versions = new Float64Array(count).fill(FIRST_VERSION);
  const down = new Set<number>();
  const ready = stampFrames(nodeObject('True'));
  const notReady = stampFrames(nodeObject('False'));
  const nodes: Collection = {
    kind: 'Node',
    apiVersion: 'v1',
    size: count,
    encode: (node, frame) => (down.has(node) ? notReady : ready)[frame](describe(node, versions[node] ?? 0)),
  };
  const write = (node: number): void => {
    versions[node] = ++version;
  };
  const { namespace } = DAEMON;
  return {
    collections: new Map([
      [NODES_PATH, nodes],
      [`/api/v1/namespaces/${namespace}/pods`, fixed('Pod', 'v1', { object: podObject(), count })],
      ['/apis/apps/v1/daemonsets', fixed('DaemonSet', 'apps/v1', { object: daemonSetObject(count), count: 1 })],
      [
        `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`,
        fixed('ControllerRevision', 'apps/v1', { object: revisionObject(), count: 1 }),
      ],
    ]),
    version: () => String(version),
    heartbeat: write,
    setReady: (node, isReady) => {
      if (isReady) down.delete(node);
      else down.add(node);
      write(node);
    },
  };
}

function fixed(
  kind: string,
  apiVersion: string,
  { object, count }: { readonly object: object; readonly count: number },
): Collection {
  const stamps = stampFrames(object);
  return { kind, apiVersion, size: count, encode: (index, frame) => stamps[frame](describe(index, FIRST_VERSION)) };
}

function stampFrames(object: object): Readonly<Record<Frame, Stamp>> {
  // As the API server sends them: an item of a list has neither kind nor apiVersion, an object of an event has both, first.
  const item = JSON.stringify({ ...object, kind: undefined, apiVersion: undefined });
  const event = (type: string): Stamp => createStamp(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
  return { item: createStamp(item), ADDED: event('ADDED'), MODIFIED: event('MODIFIED') };
}

function describe(index: number, version: number): Readonly<Record<string, string>> {
  return {
    index: String(index).padStart(6, '0'),
    version: String(version),
    zone: ZONES[index % ZONES.length] ?? '',
    pool: POOLS[index % POOLS.length] ?? '',
    at: CREATED,
  };
}
