/**
 * Writes objects of built-in kinds as Kubernetes' protobuf messages, from their JSON form. What a table of the fields does not know is
 * an error, so that nothing is lost in silence. Absent fields are left out, as proto3 would; Go writes some of them as zeros, which reads the same.
 */
import { isJsonObject, type Json } from '../objects/json.ts';
import { fieldsOf, type Field } from './fields.ts';
import { writeBytes, writeInteger, writeText } from './write-field.ts';

type Members = Readonly<Record<string, Json | undefined>>;

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

// In the order of the fields' numbers, as Go does: who reads may count on it.
function writeMembers(parts: Buffer[], message: string, members: Members): void {
  const { inOrder, names } = fieldsOf(message);
  const unknown = Object.keys(members).find((key) => !names.has(key));
  if (unknown !== undefined) throw new Error(`${message}.${unknown} is no field of Kubernetes' protobuf messages`);
  for (const field of inOrder) {
    const value = field.mark === '~' ? pickMembers(members, field.type) : members[field.name];
    if (value !== null && value !== undefined) writeField(parts, field, value);
  }
}

function pickMembers(members: Members, message: string): Members | undefined {
  const { names } = fieldsOf(message);
  const own = Object.entries(members).filter(([key, value]) => value !== null && names.has(key));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

function writeField(parts: Buffer[], { number, mark, type }: Field, value: Json): void {
  if (mark === '*' && Array.isArray(value)) for (const item of value) writeValue(parts, { number, type }, item);
  else if (mark === '%') {
    for (const [key, item] of Object.entries(asMembers(value, type)).toSorted(byKey)) {
      if (item === undefined) continue;
      const entry: Buffer[] = [];
      writeText(entry, 1, key);
      writeValue(entry, { number: 2, type }, item);
      writeBytes(parts, number, Buffer.concat(entry));
    }
  } else writeValue(parts, { number, type }, value);
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function writeValue(parts: Buffer[], { number, type }: Pick<Field, 'number' | 'type'>, value: Json): void {
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

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Messages whose JSON form is no object of their fields. */
const SPECIAL: Readonly<Record<string, (parts: Buffer[], value: Json) => void>> = {
  Time: (parts, value) => {
    // Go's zero time is an empty message.
    if (value !== ZERO_TIME) writeInteger(parts, 1, Math.floor(Date.parse(asText(value)) / 1000));
  },
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

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asMembers(value: Json, what: string): Members {
  if (isJsonObject(value)) return value;
  throw new Error(`${what} is no object but ${JSON.stringify(value)}`);
}
