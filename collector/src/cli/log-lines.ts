/** What the collector writes into its log: policies that come, change, go or are rejected, and one line for each transition. */
import type { Policy, PolicyCondition, Transition } from '@rollcall/contract';
import type { Logger } from 'pino';
import type { ConditionedPolicy } from '../config/policy-book.ts';

/** Says which policies are in force now, and which are no longer. */
export function logInForce(log: Logger, changed: readonly Policy[], gone: readonly Policy[]): void {
  for (const policy of gone) log.info(describePolicy(policy), 'policy no longer in force');
  for (const policy of changed) log.info(describePolicy(policy), 'policy in force');
}

function describePolicy({ policyNamespace, name, origin, namespace, daemonset }: Policy): object {
  return { policy: `${policyNamespace}/${name}`, origin, daemonset: `${namespace}/${daemonset}` };
}

/** Says of a policy that it is rejected, with field, value and mend; of any other condition nothing. */
export function logCondition(log: Logger, policy: ConditionedPolicy, condition: PolicyCondition): void {
  if (condition.status !== 'False') return;
  const { namespace, name, origin } = policy;
  const fields = { policy: `${namespace}/${name}`, origin, reason: condition.reason };
  log.warn(fields, `policy rejected: ${condition.message}`);
}

/**
 * One line for each transition. Those that an SRE need not see come with `debug`: what was well from the first, and what
 * becomes unobserved or observed again, since the watch that is not live says that for all of its nodes at once.
 */
export function logTransition(log: Logger, transition: Transition, policy: Policy | undefined): void {
  const { node, nodeUid, pool, from, to, reason, evidence } = transition;
  const daemonset = policy === undefined ? '' : `${policy.namespace}/${policy.daemonset}`;
  // A phantom has no name; its key says where it is missing.
  const fields = { daemonset, node: node || nodeUid, pool, from, to, reason };
  const text = evidence === '' ? `${fields.node} is ${to}` : evidence;
  if (isNews(transition)) log.info(fields, text);
  else log.debug(fields, text);
}

function isNews({ from, to }: Transition): boolean {
  if (to === 'unobserved') return false;
  if (to === 'uncovered' || to === 'excused' || to === 'stray') return true;
  return from === 'uncovered' || from === 'excused' || from === 'stray';
}
