/** The replay's cluster: changed by its script, each change said as one watch event. */
import type { Encoding } from './encoding.ts';
import { createReplayBytes, PATHS, type EventType, type ReplayBytes } from './replay-bytes.ts';
import type { NodeFace, PodFace } from './replay-faces.ts';
import { createFleet, makeThing, type Fleet, type Slot, type Thing } from './replay-fleet.ts';

/** Who hears of each event: the collection's path and the bytes. */
export type Emit = (path: string, event: Buffer) => void;

/** The cluster. */
export interface ReplayCluster {
  readonly fleet: Readonly<Fleet>;
  /** How many events it has said. */
  events(): number;
  /** The events that tell of everything that is there at `path`; undefined where there is no such collection. */
  list(path: string): Iterable<Buffer> | undefined;
  /** The event that says: up to now nothing is missing. */
  bookmark(path: string, annotations: object): Buffer;
  encodingOf(path: string): Encoding;
  addNode(slot: Slot, face: NodeFace): void;
  /** Another face, or with the same one a status write of its kubelet. */
  setNode(slot: Slot, face: NodeFace): void;
  deleteNode(slot: Slot): void;
  addPod(slot: Slot): void;
  setPod(slot: Slot, face: PodFace): void;
  deletePod(slot: Slot): void;
  /** A new template: the DaemonSet's next generation and its revision. */
  rollOut(): void;
  /** The status of the DaemonSet, by what its pods are. */
  writeStatus(): void;
}

/** How a cluster is made. `now` is Unix milliseconds. */
export interface ReplayClusterOptions {
  readonly count: number;
  readonly encoding: Encoding;
  readonly now: () => number;
  readonly emit: Emit;
}

/** A cluster of `count` nodes at rest. */
export function createReplayCluster({ count, encoding, now, emit }: ReplayClusterOptions): ReplayCluster {
  const fleet = createFleet(count, now());
  const bytes = createReplayBytes(fleet, encoding, now);
  let events = 0;
  const say: Say = (path, encode) => {
    fleet.version += 1;
    const event = encode();
    if (event === undefined) return;
    events += 1;
    emit(path, event);
  };
  const daemonSet = (): void => say(PATHS.daemonSets, () => bytes.daemonSet('MODIFIED'));
  const stage: Stage = { fleet, bytes, say, now };
  return {
    fleet,
    events: () => events,
    list: bytes.list,
    bookmark: bytes.bookmark,
    encodingOf: bytes.encodingOf,
    ...moveNodes(stage),
    ...movePods(stage),
    rollOut: () => {
      fleet.generation += 1;
      fleet.hash = `6b7f4c${String(fleet.generation).padStart(4, '0')}`;
      daemonSet();
      say(PATHS.revisions, () => bytes.revision('ADDED'));
    },
    writeStatus: daemonSet,
  };
}

type Say = (path: string, encode: () => Buffer | undefined) => void;

interface Stage {
  readonly fleet: Fleet;
  readonly bytes: ReplayBytes;
  readonly say: Say;
  readonly now: () => number;
}

function moveNodes({ fleet, bytes, say, now }: Stage): Pick<ReplayCluster, 'addNode' | 'setNode' | 'deleteNode'> {
  const tell = (slot: Slot, type: EventType): void => say(PATHS.nodes, () => bytes.node(slot, type));
  return {
    addNode: (slot, face) => {
      slot.node = makeThing(fleet, face, now());
      tell(slot, 'ADDED');
    },
    setNode: (slot, face) => {
      turn(slot.node, face, now());
      tell(slot, 'MODIFIED');
    },
    deleteNode: (slot) => {
      tell(slot, 'DELETED');
      slot.node = undefined;
    },
  };
}

function movePods({ fleet, bytes, say, now }: Stage): Pick<ReplayCluster, 'addPod' | 'setPod' | 'deletePod'> {
  const tell = (slot: Slot, type: EventType): void => say(PATHS.pods, () => bytes.pod(slot, type));
  return {
    addPod: (slot) => {
      slot.pod = makeThing<PodFace>(fleet, 'pending', now());
      tell(slot, 'ADDED');
    },
    setPod: (slot, face) => {
      turn(slot.pod, face, now());
      tell(slot, 'MODIFIED');
    },
    deletePod: (slot) => {
      tell(slot, 'DELETED');
      slot.pod = undefined;
    },
  };
}

function turn<Face>(thing: Thing<Face> | undefined, face: Face, nowMs: number): void {
  if (thing === undefined || thing.face === face) return;
  thing.face = face;
  thing.sinceMs = nowMs;
}
