/**
 * What stands around protobuf messages on the wire: an envelope that names the kind, lists, and the frames of a watch. Sources:
 * apimachinery's runtime/generated.proto (Unknown) and runtime/serializer/protobuf (the magic, and length-delimited frames).
 */
import type { Json } from '../objects/json.ts';
import { encodeMessage } from './encode-object.ts';
import { writeBytes, writeText } from './write-field.ts';

/** The content type of lists and objects; watches add `;stream=watch`. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** What an object is. */
export interface KindOf {
  readonly apiVersion: string;
  readonly kind: string;
}

const MAGIC = Buffer.from('k8s\0');

/** A message as an answer or an event carries it. */
export function wrapMessage({ apiVersion, kind }: KindOf, message: Buffer): Buffer {
  const meta: Buffer[] = [];
  writeText(meta, 1, apiVersion);
  writeText(meta, 2, kind);
  const parts: Buffer[] = [MAGIC];
  writeBytes(parts, 1, Buffer.concat(meta));
  writeBytes(parts, 2, message);
  // Go writes these two though they are empty.
  writeText(parts, 3, '');
  writeText(parts, 4, '');
  return Buffer.concat(parts);
}

/** The message of a list of items that are encoded already; `metadata` as in JSON. */
export function encodeList(metadata: Json, items: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  writeBytes(parts, 1, encodeMessage('ListMeta', metadata));
  for (const item of items) writeBytes(parts, 2, item);
  return Buffer.concat(parts);
}

/** One event of a watch; `object` is wrapped already. */
export function frameEvent(type: string, object: Buffer): Buffer {
  const extension: Buffer[] = [];
  writeBytes(extension, 1, object);
  const parts: Buffer[] = [];
  writeText(parts, 1, type);
  writeBytes(parts, 2, Buffer.concat(extension));
  const event = Buffer.concat(parts);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}
