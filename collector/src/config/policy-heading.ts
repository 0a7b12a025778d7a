/** Reads who a policy document is and which DaemonSet it means, however broken the rest of it may be. */
import { valueAt } from '@rollcall/contract';

/** The heading of a policy; '' stands for what cannot be read. */
export interface PolicyHeading {
  readonly namespace: string;
  readonly name: string;
  /** The DaemonSet that it is about, by the policy's own name and namespace where it names none. */
  readonly target: { readonly namespace: string; readonly daemonset: string };
}

/** The heading of a document that nobody can read. */
export const NO_HEADING: PolicyHeading = { namespace: '', name: '', target: { namespace: '', daemonset: '' } };

/** The heading of any value; never throws. */
export function readHeading(document: unknown): PolicyHeading {
  const read = (...path: readonly string[]): string => {
    const value = valueAt(document, path);
    return typeof value === 'string' ? value : '';
  };
  const namespace = read('metadata', 'namespace');
  const name = read('metadata', 'name');
  const target = {
    namespace: read('spec', 'daemonSet', 'namespace') || namespace,
    daemonset: read('spec', 'daemonSet', 'name') || name,
  };
  return { namespace, name, target };
}
