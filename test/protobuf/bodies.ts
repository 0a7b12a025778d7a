/** Response bodies as an API server writes them, in JSON and in protobuf, from the same objects. */
import { encodeList, encodeObject, frameEvent, PROTOBUF, wrapMessage, type KubeObject } from '@rollcall/embedded-kube';
import type { Json } from './words.ts';

/** A kind that the collector reads in both. */
export type Kind = 'Node' | 'Pod';

/** One event of a watch. */
export interface Told {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: Json;
}

/** A body and its content type. */
export interface Body {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** The same answer in both encodings. */
export interface Bodies {
  readonly json: Body;
  readonly protobuf: Body;
}

/** A list of the objects. */
export function writeLists(kind: Kind, objects: readonly Json[]): Bodies {
  const apiVersion = 'v1';
  const metadata = { resourceVersion: '1' };
  // Items of a list do not say what they are.
  const items = objects.map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest);
  const json = JSON.stringify({ kind: `${kind}List`, apiVersion, metadata, items });
  const messages = objects.map((object) => encodeObject(kind, object as KubeObject));
  return {
    json: { contentType: 'application/json', bytes: Buffer.from(json) },
    protobuf: {
      contentType: PROTOBUF,
      bytes: wrapMessage({ kind: `${kind}List`, apiVersion }, encodeList(metadata, messages)),
    },
  };
}

/** A watch that tells these events. */
export function writeWatches(kind: Kind, events: readonly Told[]): Bodies {
  const frames = events.map(({ type, object }) => frameEvent(type, writeObject(kind, object)));
  return {
    json: {
      contentType: 'application/json',
      bytes: Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    },
    protobuf: { contentType: `${PROTOBUF};stream=watch`, bytes: Buffer.concat(frames) },
  };
}

/** One object in its envelope. */
export function writeObject(kind: Kind, object: Json): Buffer {
  return wrapMessage({ kind, apiVersion: 'v1' }, encodeObject(kind, object as KubeObject));
}
