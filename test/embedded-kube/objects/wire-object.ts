/** An object in the forms in which it goes over the wire, each made at most once however many watchers and lists send it. */
import { encodeObject } from '../protobuf/encode-object.ts';
import { frameEvent, wrapMessage, type KindOf } from '../protobuf/frame.ts';
import type { JsonObject } from './json.ts';

/** The encodings that an API server speaks; custom resources know JSON alone. */
export type WireFormat = 'json' | 'protobuf';

/** What lists, watches and refusals send. */
export type WireObject = {
  json(): string;
  /** The protobuf message without its envelope; throws for a kind that has none. */
  message(): Buffer;
  readonly kindOf: KindOf;
};

/** An object that is to be sent. Kind and apiVersion come first in its JSON, so that a list can leave them out by cutting. */
export function wireObject(object: JsonObject & KindOf): WireObject {
  const { kind, apiVersion, metadata, ...rest } = object;
  let json: string | undefined;
  let message: Buffer | undefined;
  return {
    kindOf: { apiVersion, kind },
    json: () => (json ??= JSON.stringify({ kind, apiVersion, metadata, ...rest })),
    message: () => (message ??= encodeObject(kind, object)),
  };
}

/** One event of a watch. */
export function encodeEvent(format: WireFormat, type: string, object: WireObject): Buffer {
  if (format === 'protobuf') return frameEvent(type, wrapMessage(object.kindOf, object.message()));
  return Buffer.from(`{"type":"${type}","object":${object.json()}}\n`);
}
