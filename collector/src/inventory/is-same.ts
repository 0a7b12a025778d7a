/** Tells whether an object says what it said before, so that what only repeats itself (a heartbeat, a list) costs a comparison. */
import type { NodeObject, PodObject } from '@rollcall/contract';

// By name, since to walk over the fields of an object costs more than to compare them; the compiler misses a field that is left out.
const NODE_FIELDS = fieldsOf<NodeObject>({
  uid: true,
  name: true,
  ready: true,
  readySince: true,
  sharedLabels: true,
  ownLabels: true,
  sharedAnnotations: true,
  ownAnnotations: true,
  createdAt: true,
  deletedAt: true,
  unschedulable: true,
  taints: true,
  problems: true,
  daemonReady: true,
  editor: true,
  providerId: true,
  hosts: true,
  ips: true,
  cpuMillis: true,
});

const POD_FIELDS = fieldsOf<PodObject>({
  uid: true,
  ready: true,
  readySince: true,
  name: true,
  namespace: true,
  ownerUid: true,
  target: true,
  bound: true,
  phase: true,
  reason: true,
  message: true,
  hash: true,
  createdAt: true,
  deletedAt: true,
  finalizers: true,
  scheduled: true,
  initialized: true,
  disruption: true,
  sandbox: true,
  imageIds: true,
  steps: true,
  containers: true,
});

/** True for two views of one node that say the same. */
export function isSameNode(one: NodeObject, other: NodeObject): boolean {
  for (const field of NODE_FIELDS) if (!isSame(one[field], other[field])) return false;
  return true;
}

/** True for two views of one pod that say the same. */
export function isSamePod(one: PodObject, other: PodObject): boolean {
  for (const field of POD_FIELDS) if (!isSame(one[field], other[field])) return false;
  return true;
}

/** True for equal plain values: strings, numbers, arrays, maps of these. An absent field is the same as an undefined one. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) return isSameList(one, other);
  if (!isRecord(one) || !isRecord(other)) return false;
  return isSameMap(one, other);
}

function isSameMap(one: Fields, other: Fields): boolean {
  for (const key in one) if (!isSame(one[key], valueOf(other, key))) return false;
  for (const key in other) if (other[key] !== undefined && !Object.hasOwn(one, key)) return false;
  return true;
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf<O>(fields: Readonly<Record<keyof O, true>>): readonly (keyof O)[] {
  return Object.keys(fields) as (keyof O)[];
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

// Keys come from users: `constructor` is a label like any other.
function valueOf(record: Fields, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
