/** Objects of one kind, kept as some numbers each and turned into bytes when they are sent. */
import type { Encoding, Face, Frame, KindOf } from './encoding.ts';
import { JSON_ENCODING } from './json-encoding.ts';
import { PROTOBUF_ENCODING } from './protobuf-encoding.ts';
import { describeIndividual, type Individual, type Template } from './vary-objects.ts';

/** One kind's objects. */
export interface Collection extends KindOf {
  readonly size: number;
  /** The bytes of one object in a frame. */
  encode(index: number, frame: Frame, encoding: Encoding): Buffer;
  /** How many bytes `encode` gives for an item. */
  itemBytes(index: number, encoding: Encoding): number;
}

/** The newest version of the cluster, how many populations it has, and when it began (Unix seconds). */
export interface Clock {
  version: number;
  populations: number;
  readonly bornS: number;
}

/** A collection that changes. */
export interface Population {
  readonly collection: Collection;
  /** Written anew as it is. */
  touch(index: number): void;
  /** Shows another face. */
  turn(index: number, face: number): void;
  /** Another object takes its place. */
  replace(index: number): void;
}

/** The version of everything at rest: ten digits, as wide as the mark. */
export const FIRST_VERSION = 1_000_000_000;

const FLEET_AGE_S = 90 * 86_400;

/** So many objects that each show one of several faces, the first one at first. */
export function createPopulation(size: number, clock: Clock, faces: readonly [Template, ...Template[]]): Population {
  const records = createRecords(size);
  const { kind, apiVersion } = faces[0];
  const lineage = clock.populations++;
  const faceOf = findFace(faces, records.shown);
  const touch = (index: number): void => {
    records.versions[index] = ++clock.version;
    records.heard[index] = nowS();
  };
  return {
    collection: {
      kind,
      apiVersion,
      size,
      encode: (index, frame, encoding) => {
        const individual = describeRecord(records, index, clock.bornS);
        return faceOf(index, encoding)[frame](describeIndividual({ lineage, ...individual }, encoding.writeTime));
      },
      itemBytes: (index, encoding) => faceOf(index, encoding).itemBytes,
    },
    touch,
    turn(index, face) {
      records.shown[index] = face;
      records.moved[index] = nowS();
      touch(index);
    },
    replace: (index) => void (records.lives[index] = (records.lives[index] ?? 0) + 1),
  };
}

interface Records {
  readonly versions: Float64Array;
  /** When it was last written and when it last turned, Unix seconds; 0 if not yet. */
  readonly heard: Float64Array;
  readonly moved: Float64Array;
  readonly lives: Uint16Array;
  readonly shown: Uint8Array;
}

function createRecords(size: number): Records {
  return {
    versions: new Float64Array(size).fill(FIRST_VERSION),
    heard: new Float64Array(size),
    moved: new Float64Array(size),
    lives: new Uint16Array(size),
    shown: new Uint8Array(size),
  };
}

function findFace(templates: readonly Template[], shown: Uint8Array): (index: number, encoding: Encoding) => Face {
  const stampAll = (encoding: Encoding): readonly Face[] => templates.map((one) => encoding.stampObject(one));
  const stamped = new Map([JSON_ENCODING, PROTOBUF_ENCODING].map((encoding) => [encoding, stampAll(encoding)]));
  return (index, encoding) => {
    const face = stamped.get(encoding)?.[shown[index] ?? 0];
    if (face === undefined) throw new Error(`object ${index} has no face ${shown[index]}`);
    return face;
  };
}

function describeRecord(
  { versions, heard, moved, lives }: Records,
  index: number,
  bornS: number,
): Omit<Individual, 'lineage'> {
  const createdS = bornS - 3600 - ((index * 7919) % FLEET_AGE_S);
  return {
    index,
    life: lives[index] ?? 0,
    version: versions[index] ?? 0,
    createdS,
    movedS: moved[index] || createdS + 60 + (index % 47),
    atS: heard[index] || bornS - (index % 300),
  };
}

function nowS(): number {
  return Math.floor(Date.now() / 1000);
}
