/** What the schema of policies has and this version of the collector cannot answer yet: refused, since a wrong answer is worse than none. */
import { faultAt, POLICY_KIND, valueAt, type PolicyFault } from '@rollcall/contract';

/** Faults of all fields of the document that this version does not read; none for a document of another kind. */
export function findUnread(document: unknown): readonly PolicyFault[] {
  const spec = valueAt(document, ['spec']);
  if (valueAt(document, ['kind']) !== POLICY_KIND || !isObject(spec)) return [];
  return findUnreadDaemon(document);
}

function findUnreadDaemon(document: unknown): readonly PolicyFault[] {
  const path = ['spec', 'daemonSet'];
  if (isGiven(document, path)) return [];
  return [
    faultAt(document, path, {
      message: 'is required',
      mend: 'name the DaemonSet: this version reads no daemon that runs without one',
    }),
  ];
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isGiven(document: unknown, path: readonly string[]): boolean {
  const value = valueAt(document, path);
  return value !== undefined && value !== null;
}
