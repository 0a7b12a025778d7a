/** Projects a ControllerRevision as parsed to the fields that Rollcall keeps. */
import type { RevisionObject } from '@rollcall/contract';
import { readCount, readFields, readString, type Interner } from './read-field.ts';
import { identify, readDaemonSetOwner } from './read-metadata.ts';

/** The revision in short; throws only if it has no uid or name. */
export function projectRevision(raw: unknown, intern: Interner): RevisionObject {
  const { fields, metadata, uid } = identify('ControllerRevision', raw);
  return {
    uid,
    ownerUid: readDaemonSetOwner(metadata, intern),
    revision: readCount(fields, 'revision'),
    hash: intern(readString(readFields(metadata, 'labels'), 'controller-revision-hash')),
  };
}
