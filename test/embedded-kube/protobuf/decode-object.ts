/** Reads Kubernetes' protobuf messages into their JSON form: for tests of who writes them, never as fast as the collector's own way. */
import type { Json } from '../objects/json.ts';
import { fieldsOf, type Field } from './fields.ts';

/** A message in its envelope, as JSON has it; Go's zeros are there as zeros. Throws for a field that the table does not know. */
export function decodeEnvelope(bytes: Buffer): { readonly [key: string]: Json } {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('not in an envelope of Kubernetes');
  const { typeMeta, raw } = decodeParts(bytes.subarray(MAGIC.length), { 1: 'typeMeta', 2: 'raw' });
  const { apiVersion, kind } = decodeParts(typeMeta, { 1: 'apiVersion', 2: 'kind' });
  const type = { kind: String(kind), apiVersion: String(apiVersion) };
  if (!type.kind.endsWith('List')) return { ...type, ...decodeMessage(type.kind, raw) };
  const list = readFields(raw).map(({ number, value }): readonly [number, Json] => [
    number,
    decodeMessage(number === 1 ? 'ListMeta' : type.kind.slice(0, -'List'.length), asBytes(value)),
  ]);
  const items = list.filter(([number]) => number === 2).map(([, item]) => item);
  return { ...type, metadata: list.find(([number]) => number === 1)?.[1] ?? null, items };
}

/** The events of a watch in protobuf, from whole frames; what follows the last one is left over. */
export function decodeFrames(bytes: Buffer): {
  readonly events: readonly { type: string; object: Json }[];
  readonly rest: Buffer;
} {
  const events: { type: string; object: Json }[] = [];
  let rest = bytes;
  while (rest.length >= LENGTH_BYTES && rest.length >= LENGTH_BYTES + rest.readUInt32BE()) {
    const end = LENGTH_BYTES + rest.readUInt32BE();
    const { type, object } = decodeParts(rest.subarray(LENGTH_BYTES, end), { 1: 'type', 2: 'object' });
    const { raw } = decodeParts(object, { 1: 'raw' });
    events.push({ type: String(type), object: decodeEnvelope(raw) });
    rest = rest.subarray(end);
  }
  return { events, rest };
}

const MAGIC = 'k8s\0';
const LENGTH_BYTES = 4;

type Members = { [key: string]: Json };

interface Read {
  readonly number: number;
  readonly value: Buffer | bigint;
}

/** The fields of those numbers, by name; an absent one is empty. */
function decodeParts<Name extends string>(bytes: Buffer, names: Readonly<Record<number, Name>>): Record<Name, Buffer> {
  const parts = Object.fromEntries(Object.values(names).map((name) => [name, Buffer.alloc(0)])) as Record<Name, Buffer>;
  for (const { number, value } of readFields(bytes)) {
    const name = names[number];
    if (name !== undefined) parts[name] = asBytes(value);
  }
  return parts;
}

function decodeMessage(message: string, bytes: Buffer): Members {
  const { byNumber } = fieldsOf(message);
  const members: Members = {};
  for (const { number, value } of readFields(bytes)) {
    const field = byNumber.get(number);
    if (field === undefined) throw new Error(`${message} has no field ${String(number)}`);
    put(members, field, value);
  }
  return members;
}

function put(members: Members, { name, mark, type }: Field, value: Read['value']): void {
  if (mark === '~') Object.assign(members, decodeValue(type, value));
  else if (mark === '*') members[name] = [...((members[name] ?? []) as readonly Json[]), decodeValue(type, value)];
  else if (mark === '%') {
    const { key, item } = decodeParts(asBytes(value), { 1: 'key', 2: 'item' });
    members[name] = { ...(members[name] as Members), [String(key)]: decodeValue(type, item) };
  } else members[name] = decodeValue(type, value);
}

function decodeValue(type: string, value: Read['value']): Json {
  switch (type) {
    case 'string':
      return String(asBytes(value));
    case 'bool':
      return value !== 0n;
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, BigInt(value as bigint)));
    case 'bytes':
      return asBytes(value).toString('base64');
    case 'FieldsV1':
    case 'RawExtension':
      return JSON.parse(decodeParts(asBytes(value), { 1: 'raw' }).raw.toString() || 'null') as Json;
    case 'Quantity':
      return decodeParts(asBytes(value), { 1: 'text' }).text.toString();
    default:
      return decodeSpecial(type, asBytes(value));
  }
}

function decodeSpecial(type: string, bytes: Buffer): Json {
  const members = decodeMessage(type, bytes);
  const { seconds, nanos, type: form, intVal, strVal } = members;
  if (type === 'Time') return seconds === undefined ? null : toTime(Number(seconds), '');
  if (type === 'MicroTime') return seconds === undefined ? null : toTime(Number(seconds), toMicros(Number(nanos ?? 0)));
  if (type === 'IntOrString') return (form === 1 ? strVal : intVal) ?? null;
  return members;
}

function toTime(seconds: number, fraction: string): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction}Z`;
}

function toMicros(nanos: number): string {
  return `.${String(Math.floor(nanos / 1000)).padStart(6, '0')}`;
}

function asBytes(value: Read['value']): Buffer {
  if (typeof value === 'bigint') throw new Error('an integer where bytes were expected');
  return value;
}

function readFields(bytes: Buffer): readonly Read[] {
  const fields: Read[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    const value = varint();
    if ((tag & 7) === 0) fields.push({ number, value });
    else if ((tag & 7) === 2) {
      const end = at + Number(value);
      if (end > bytes.length) throw new Error('cut short');
      fields.push({ number, value: bytes.subarray(at, end) });
      at = end;
    } else throw new Error(`wire type ${String(tag & 7)}`);
  }
  return fields;
}
