/** Reads metadata and conditions, which every watched object has in the same form. */
import type { Condition } from '@rollcall/contract';
import { asFields, isFields, readFields, readList, readMessage, readString, readTime } from './read-field.ts';
import type { Fields, Interner } from './read-field.ts';

/** Who an object is; `metadata` is for the reader of its kind. */
export interface Identified {
  readonly fields: Fields;
  readonly metadata: Fields;
  readonly uid: string;
  readonly name: string;
}

/** The condition of an object that does not have it: nobody has said anything yet. */
export const NO_CONDITION: Condition = Object.freeze({ status: 'Unknown', reason: '', message: '', since: undefined });

/** Who the object is. Throws `projection refused: KIND without metadata.uid` (or name), the only error of any projection. */
export function identify(kind: string, raw: unknown): Identified {
  const fields = asFields(raw);
  const metadata = readFields(fields, 'metadata');
  const uid = readString(metadata, 'uid');
  const name = readString(metadata, 'name');
  if (uid === '') throw new Error(`projection refused: ${kind} without metadata.uid`);
  if (name === '') throw new Error(`projection refused: ${kind} without metadata.name`);
  return { fields, metadata, uid, name };
}

/** The conditions of an object's status, as parsed; entries that are no objects are left out. */
export function readConditions(fields: Fields): readonly Fields[] {
  return readList(readFields(fields, 'status'), 'conditions').filter(isFields);
}

/** The condition of that type, if it is there. */
export function findCondition(conditions: readonly Fields[], type: string, intern: Interner): Condition | undefined {
  const found = conditions.find((condition) => condition['type'] === type);
  return found && projectCondition(found, intern);
}

const MET: Condition = Object.freeze({ status: 'True', reason: '', message: '', since: undefined });

/** The same for a step that nobody asks of since when it is done: once True, one object stands for all of them. */
export function findStep(conditions: readonly Fields[], type: string, intern: Interner): Condition | undefined {
  const found = conditions.find((condition) => condition['type'] === type);
  return found?.['status'] === 'True' ? MET : found && projectCondition(found, intern);
}

/** One condition. `since` is its lastTransitionTime. */
export function projectCondition(condition: Fields, intern: Interner): Condition {
  return {
    status: intern(readString(condition, 'status') || 'Unknown'),
    reason: intern(readString(condition, 'reason')),
    message: readMessage(condition, 'message', intern),
    since: readTime(condition, 'lastTransitionTime'),
  };
}

/** The UID of the DaemonSet that controls the object, '' if none does. */
export function readDaemonSetOwner(metadata: Fields, intern: Interner): string {
  const owners = readList(metadata, 'ownerReferences').filter(isFields);
  const owner = owners.find((reference) => reference['kind'] === 'DaemonSet' && reference['controller'] === true);
  return owner === undefined ? '' : intern(readString(owner, 'uid'));
}
