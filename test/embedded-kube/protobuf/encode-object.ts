/**
 * Writes objects of built-in kinds as Kubernetes' protobuf messages, from their JSON form. What a table of the fields does not know is
 * an error, so that nothing is lost in silence. Absent fields are left out, as proto3 would; Go writes some of them as zeros, which reads the same.
 */
import { isJsonObject, type Json } from '../objects/json.ts';
import { KUBERNETES_FIELDS } from './kubernetes-fields.ts';
import { writeBytes, writeInteger, writeText } from './write-field.ts';

interface Field {
  readonly number: number;
  /** `*` repeated, `%` a map with text keys, `~` embedded. */
  readonly mark: string;
  readonly type: string;
}

type Fields = ReadonlyMap<string, Field>;
type Members = Readonly<Record<string, Json | undefined>>;

const known = new Map<string, Fields>();

/** Whether Kubernetes has a message of that name: custom resources have none. */
export function hasMessage(kind: string): boolean {
  return Object.hasOwn(KUBERNETES_FIELDS, kind);
}

/** The message of an object, `kind` and `apiVersion` aside. Throws for a kind or field that is not in Kubernetes' .proto files. */
export function encodeObject(kind: string, object: Json): Buffer {
  const { kind: _kind, apiVersion: _apiVersion, ...members } = asMembers(object, kind);
  return encodeMessage(kind, members);
}

/** One message of that name. */
export function encodeMessage(name: string, value: Json): Buffer {
  const parts: Buffer[] = [];
  const write = SPECIAL[name];
  if (write === undefined) writeMembers(parts, name, asMembers(value, name));
  else write(parts, value);
  return Buffer.concat(parts);
}

function writeMembers(parts: Buffer[], message: string, members: Members): void {
  const fields = fieldsOf(message);
  const embedded = [...fields.values()].filter(({ mark }) => mark === '~');
  const others: Record<string, Json>[] = embedded.map(() => ({}));
  for (const [key, value] of Object.entries(members)) {
    if (value === null || value === undefined) continue;
    const field = fields.get(key);
    if (field !== undefined && field.mark !== '~') writeField(parts, field, value);
    else {
      const at = embedded.findIndex(({ type }) => hasField(type, key));
      const home = others[at];
      if (home === undefined) throw new Error(`${message}.${key} is no field of Kubernetes' protobuf messages`);
      home[key] = value;
    }
  }
  embedded.forEach(({ number, type }, at) => {
    const own = others[at] ?? {};
    if (Object.keys(own).length > 0) writeBytes(parts, number, encodeMessage(type, own));
  });
}

function hasField(message: string, key: string): boolean {
  const fields = fieldsOf(message);
  return fields.has(key) || [...fields.values()].some(({ mark, type }) => mark === '~' && hasField(type, key));
}

function writeField(parts: Buffer[], { number, mark, type }: Field, value: Json): void {
  if (mark === '*' && Array.isArray(value)) for (const item of value) writeValue(parts, { number, type }, item);
  else if (mark === '%') {
    for (const [key, item] of Object.entries(asMembers(value, type))) {
      if (item === undefined) continue;
      const entry: Buffer[] = [];
      writeText(entry, 1, key);
      writeValue(entry, { number: 2, type }, item);
      writeBytes(parts, number, Buffer.concat(entry));
    }
  } else writeValue(parts, { number, type }, value);
}

function writeValue(parts: Buffer[], { number, type }: Omit<Field, 'mark'>, value: Json): void {
  switch (type) {
    case 'string':
      return writeText(parts, number, asText(value));
    case 'bool':
      return writeInteger(parts, number, value === true ? 1 : 0);
    case 'int32':
    case 'int64':
      return writeInteger(parts, number, Number(value));
    case 'bytes':
      return writeBytes(parts, number, Buffer.from(asText(value), 'base64'));
    default:
      return writeBytes(parts, number, encodeMessage(type, value));
  }
}

/** Messages whose JSON form is no object of their fields. */
const SPECIAL: Readonly<Record<string, (parts: Buffer[], value: Json) => void>> = {
  Time: (parts, value) => writeInteger(parts, 1, Math.floor(Date.parse(asText(value)) / 1000)),
  MicroTime: (parts, value) => {
    writeInteger(parts, 1, Math.floor(Date.parse(asText(value)) / 1000));
    writeInteger(parts, 2, Number((/\.(\d{1,9})/.exec(asText(value))?.[1] ?? '0').padEnd(9, '0')));
  },
  Quantity: (parts, value) => writeText(parts, 1, asText(value)),
  IntOrString: (parts, value) => {
    writeInteger(parts, 1, typeof value === 'number' ? 0 : 1);
    if (typeof value === 'number') writeInteger(parts, 2, value);
    else writeText(parts, 3, asText(value));
  },
  FieldsV1: (parts, value) => writeBytes(parts, 1, Buffer.from(JSON.stringify(value))),
  RawExtension: (parts, value) => writeBytes(parts, 1, Buffer.from(JSON.stringify(value))),
};

function fieldsOf(message: string): Fields {
  const there = known.get(message);
  if (there !== undefined) return there;
  const text = hasMessage(message) ? KUBERNETES_FIELDS[message] : undefined;
  if (text === undefined) throw new Error(`${message} is none of Kubernetes' protobuf messages`);
  const fields = new Map(text.split(' ').map(readField));
  known.set(message, fields);
  return fields;
}

function readField(text: string): [string, Field] {
  const [, name = '', number, mark = '', type = ''] = /^(\w+)=(\d+):([*%~]?)(\w+)$/.exec(text) ?? [];
  return [name, { number: Number(number), mark, type }];
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asMembers(value: Json, what: string): Members {
  if (isJsonObject(value)) return value;
  throw new Error(`${what} is no object but ${JSON.stringify(value)}`);
}
