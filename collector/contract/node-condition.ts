/** The Node condition that Rollcall may write: whether all daemons that should run on a node do. */
import { GROUP } from './watched-kinds.ts';

/** Its type, which is also what the admission policy of the manifests lets it write. */
export const NODE_CONDITION = `${GROUP}/DaemonReady`;

/** As whom it is written: a ServiceAccount in the collector's namespace that may do nothing else. */
export const NODE_CONDITION_ACCOUNT = 'rollcall-node-conditions';

/** What the condition says. `reason` is a reason code of the first daemon that is missing, else `Covered` or `NotExpected`. */
export interface DaemonReady {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What is kept of a condition on a Node, by which two that say the same compare: its status and reason. */
export function markOf({ status, reason }: Pick<DaemonReady, 'reason'> & { readonly status: string }): string {
  return `${status} ${reason}`;
}
