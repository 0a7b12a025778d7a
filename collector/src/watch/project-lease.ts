/** Projects a Lease of the namespace kube-node-lease as parsed to the fields that Rollcall keeps (KEP-589). */
import type { LeaseObject } from '@rollcall/contract';
import { readCount, readFields, readTime } from './read-field.ts';
import { identify } from './read-metadata.ts';

/** The Lease in short, which has its node's name; throws only if it has no uid or name. */
export function projectLease(raw: unknown): LeaseObject {
  const { fields, uid, name } = identify('Lease', raw);
  const spec = readFields(fields, 'spec');
  return {
    uid,
    node: name,
    renewedAt: readTime(spec, 'renewTime'),
    durationSeconds: readCount(spec, 'leaseDurationSeconds'),
  };
}
