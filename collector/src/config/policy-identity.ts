/** Gives an identity to policies that no API server has given one. */
import { createHash } from 'node:crypto';

/** What tells a policy from all others of a fleet. */
export interface PolicyIdentity {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** A UID in the shape of a UUID, the same at every start: a hash of cluster, namespace and name. */
export function derivePolicyUid({ cluster, namespace, name }: PolicyIdentity): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([cluster, namespace, name]))
    .digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
