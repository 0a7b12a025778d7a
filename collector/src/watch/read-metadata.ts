/** Reads metadata and conditions, which every watched object has in the same form. */
import type { Condition } from '@rollcall/contract';
import { NO_CONDITION, type ConditionSharer } from './condition-sharer.ts';
import { asFields, isFields, readFields, readList, readMessage, readString, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';

/** Who an object is; `metadata` is for the reader of its kind. */
export interface Identified {
  readonly fields: Fields;
  readonly metadata: Fields;
  readonly uid: string;
  readonly name: string;
}

/** What the conditions of one connection's objects share. */
export interface ConditionSharing {
  readonly intern: Interner;
  readonly conditions: ConditionSharer;
}

/** Who the object is. Throws `projection refused: KIND without metadata.uid` (or name), the only error of any projection. */
export function identify(kind: string, raw: unknown): Identified {
  const fields = asFields(raw);
  const metadata = readFields(fields, 'metadata');
  const uid = readString(metadata, 'uid');
  const name = readString(metadata, 'name');
  requireIdentity(kind, { uid, name });
  return { fields, metadata, uid, name };
}

/** Throws the same error unless both are there. */
export function requireIdentity(kind: string, { uid, name }: { readonly uid: string; readonly name: string }): void {
  if (uid === '') throw new Error(`projection refused: ${kind} without metadata.uid`);
  if (name === '') throw new Error(`projection refused: ${kind} without metadata.name`);
}

/** The conditions of an object's status, as parsed; entries that are no objects are left out. */
export function readConditions(fields: Fields): readonly Fields[] {
  return readList(readFields(fields, 'status'), 'conditions').filter(isFields);
}

/** The condition of that type, as parsed; undefined if it is not there. */
export function findCondition(conditions: readonly Fields[], type: string): Fields | undefined {
  return conditions.find((condition) => condition['type'] === type);
}

/** What an object says of its being Ready, and since when. */
export function projectReady(
  conditions: readonly Fields[],
  sharing: ConditionSharing,
): { readonly ready: Condition; readonly readySince: number | undefined } {
  const found = findCondition(conditions, 'Ready');
  if (found === undefined) return { ready: NO_CONDITION, readySince: undefined };
  return { ready: projectCondition(found, sharing), readySince: readTime(found, 'lastTransitionTime') };
}

/** One condition. */
export function projectCondition(condition: Fields, { intern, conditions }: ConditionSharing): Condition {
  const status = intern(readString(condition, 'status') || 'Unknown');
  return conditions.share(status, intern(readString(condition, 'reason')), readMessage(condition, 'message', intern));
}

/** The UID of the DaemonSet that controls the object, '' if none does. */
export function readDaemonSetOwner(metadata: Fields, intern: Interner): string {
  const owners = readList(metadata, 'ownerReferences').filter(isFields);
  const owner = owners.find((reference) => reference['kind'] === 'DaemonSet' && reference['controller'] === true);
  return owner === undefined ? '' : intern(readString(owner, 'uid'));
}
