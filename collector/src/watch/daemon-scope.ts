/** Which Daemons of a source count: a control plane may serve many clusters. */
import { isFields, readFields, readList, asFields } from './read-field.ts';

/** What a Daemon must have to count; all of it. An empty prefix, an empty selector and no pair admit every Daemon. */
export interface DaemonScope {
  readonly workloadIdPrefix: string;
  /** Applied by the API server. */
  readonly labelSelector: string;
  /** Entries of `status.metadata`. */
  readonly metadata: readonly { readonly name: string; readonly value: string }[];
}

/** Whether a Daemon as parsed, which the selector let through, is in scope. */
export function isInScope(raw: unknown, { workloadIdPrefix, metadata }: DaemonScope): boolean {
  const fields = asFields(raw);
  const workloadId = readFields(fields, 'spec')['workloadID'];
  if (workloadIdPrefix !== '' && !(typeof workloadId === 'string' && workloadId.startsWith(workloadIdPrefix)))
    return false;
  if (metadata.length === 0) return true;
  const said = readList(readFields(fields, 'status'), 'metadata').filter(isFields);
  return metadata.every(({ name, value }) => said.some((own) => own['name'] === name && own['value'] === value));
}
