/** Which policies are not in force as they stand, why, and how their Ready condition says so. */
import {
  formatFault,
  POLICY_LIMIT,
  type Policy,
  type PolicyCondition,
  type PolicyFault,
  type PolicyOrigin,
} from '@rollcall/contract';
import type { PolicyConflict } from './policy-conflicts.ts';
import type { PolicyHeading } from './policy-heading.ts';
import type { PolicyRejection } from './policy-text.ts';
import { SPLIT } from './split-advice.ts';

/** A policy that is not in force as it stands, and why. */
export interface RejectedPolicy extends PolicyHeading {
  readonly uid: string;
  readonly origin: PolicyOrigin;
  readonly reason: 'Invalid' | 'Conflict' | 'TooMany';
  /** Each fault with field, value and mend; of a file it begins with the path and the number of the document. */
  readonly message: string;
}

/** A rejected document of a file; `inForce` names the policies whose former version stays in force because of it. */
export type FileRejection = PolicyRejection & { readonly inForce?: readonly string[] };

/** A document of the API that is invalid; `kept` says that a former version of it stays in force. */
export function rejectDocument(
  uid: string,
  heading: PolicyHeading,
  { faults, kept }: { readonly faults: readonly PolicyFault[]; readonly kept: boolean },
): RejectedPolicy {
  return { ...heading, uid, origin: 'API', reason: 'Invalid', message: describe(faults, kept) };
}

/** A document of a file that is invalid. */
export function rejectFile({ file, document, faults, inForce = [], ...heading }: FileRejection): RejectedPolicy {
  const uid = `${file}:${document}`;
  return {
    ...heading,
    uid,
    origin: 'File',
    reason: 'Invalid',
    message: `${uid} ${describe(faults, inForce.length > 0)}`,
  };
}

function describe(faults: readonly PolicyFault[], kept: boolean): string {
  return `${faults.map(formatFault).join('; ')}${kept ? '; the version before it stays in force' : ''}`;
}

/** A policy that yields to another. Discovered ones yield in silence, so that it is from a file if not from the API. */
export function rejectConflict({ policy, winner }: PolicyConflict): RejectedPolicy {
  const { uid, name, namespace, daemonset } = policy;
  const who = `${winner.policyNamespace}/${winner.name} (${winner.origin})`;
  return {
    uid,
    name,
    namespace: policy.policyNamespace,
    target: { namespace, daemonset },
    origin: policy.origin === 'API' ? 'API' : 'File',
    reason: 'Conflict',
    message: `the DaemonSet ${namespace}/${daemonset} already has the policy ${who}; delete one of the two`,
  };
}

/** A policy that is one too many. */
export function rejectExcess({ uid, name, policyNamespace, origin, namespace, daemonset }: Policy): RejectedPolicy {
  return {
    uid,
    name,
    namespace: policyNamespace,
    target: { namespace, daemonset },
    origin,
    reason: 'TooMany',
    message: `a collector evaluates at most ${POLICY_LIMIT} policies; leave out --discover, delete policies, or ${SPLIT}`,
  };
}

/** As much as the CRD lets into a condition's message. */
const MESSAGE_CHARS = 32_768;

/** The Ready condition of a policy, from its rejection if there is one. */
export function readyCondition(rejected: RejectedPolicy | undefined): PolicyCondition {
  if (rejected === undefined) return { type: 'Ready', status: 'True', reason: 'Evaluated', message: '' };
  const { reason, message } = rejected;
  return { type: 'Ready', status: 'False', reason, message: message.slice(0, MESSAGE_CHARS) };
}
