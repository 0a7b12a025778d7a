/** Reads bodies as the collector does: its decoder for either encoding, its projections. */
import { createNodeSharing, createPodSharing, createInterner } from '@rollcall/collector';
import { projectNode, projectNodeWire, projectPod, projectPodWire, UNREAD_OF_PODS } from '@rollcall/collector';
import type { NodeObject, StringMap } from '@rollcall/contract';
import { createDecoder, TextTable, type Projection } from '@rollcall/kube';
import type { Random } from '../e2e/random.ts';
import type { Body, Kind } from './bodies.ts';

/** What reflectors are told of an object: `value` is the projection, or why there is none. */
export interface Heard {
  readonly type: string;
  readonly uid: string;
  readonly version: string;
  readonly value: unknown;
}

/** Reads the bodies of one connection one after the other, with all that its objects share. */
export interface BodyReading {
  list(body: Body, cut: Cut): readonly Heard[];
  watch(body: Body, cut: Cut): readonly Heard[];
  /** A watch whose body comes chunk by chunk. */
  openWatch(contentType: string, hear: (heard: Heard) => void): (chunk: Buffer) => void;
}

/** Cuts a body into the chunks in which it arrives. */
export type Cut = (bytes: Buffer) => Iterable<Buffer>;

const INTERNED = 4_000;

/** A connection that has read nothing yet. */
export function createReading(kind: Kind): BodyReading {
  const decoder = createDecoder<unknown>(projectionOf(kind), {
    texts: new TextTable(),
    wantsProtobuf: () => true,
    // It is thrown as well.
    unreadable: () => undefined,
  });
  const openWatch: BodyReading['openWatch'] = (contentType, hear) => {
    const reader = decoder.openWatch(contentType, (event) => {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') throw new Error(`unexpected ${event.type}`);
      hear(hearObject(event.type, event.object));
    });
    return (chunk) => reader.push(chunk);
  };
  return {
    openWatch,
    list: ({ contentType, bytes }, cut) => {
      const heard: Heard[] = [];
      const reader = decoder.openList(contentType, (item) => heard.push(hearObject('ITEM', item)));
      for (const chunk of cut(bytes)) reader.push(chunk);
      reader.end();
      return heard;
    },
    watch: ({ contentType, bytes }, cut) => {
      const heard: Heard[] = [];
      const push = openWatch(contentType, (one) => heard.push(one));
      for (const chunk of cut(bytes)) push(chunk);
      return heard;
    },
  };
}

/** Pieces of random lengths, among them many of a few bytes. */
export function cutAtRandom(random: Random): Cut {
  return function* (bytes) {
    for (let at = 0; at < bytes.length;) {
      const end = at + Math.ceil(random.next() ** 6 * 200_000);
      yield bytes.subarray(at, end);
      at = end;
    }
  };
}

function projectionOf(kind: Kind): Projection<unknown> {
  const intern = createInterner(INTERNED);
  if (kind === 'Node') {
    const sharing = createNodeSharing(intern);
    return {
      fromJson: (raw) => joinMaps(projectNode(raw, sharing)),
      fromProtobuf: (wire, uid) => joinMaps(projectNodeWire(wire, uid, sharing)),
    };
  }
  const sharing = createPodSharing(intern);
  return {
    fromJson: (raw) => projectPod(raw, sharing),
    unread: UNREAD_OF_PODS,
    fromProtobuf: (wire, uid) => projectPodWire(wire, uid, sharing),
  };
}

/** Which pairs a node shares hangs on what was read before it; what it says is both of its maps together. */
function joinMaps({ sharedLabels, ownLabels, sharedAnnotations, ownAnnotations, ...node }: NodeObject): object {
  const join = (...maps: readonly StringMap[]): readonly string[] =>
    maps.flatMap((map) => Object.entries(map).map((pair) => JSON.stringify(pair))).toSorted();
  return { ...node, labels: join(sharedLabels, ownLabels), annotations: join(sharedAnnotations, ownAnnotations) };
}

interface RawObject {
  readonly uid: string;
  readonly version: string;
  project(): unknown;
}

function hearObject(type: string, object: RawObject): Heard {
  const { uid, version } = object;
  return { type, uid, version, value: project(object) };
}

function project(object: RawObject): unknown {
  try {
    return object.project();
  } catch (error) {
    return `no projection: ${String(error)}`;
  }
}
