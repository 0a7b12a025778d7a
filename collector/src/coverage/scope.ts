/** Which nodes a policy is about: excluded, in scope, or neither. */
import {
  CONDITION_TAINTS,
  VIRTUAL_TAINTS,
  type NodeObject,
  type Policy,
  type Taint,
  type TaintPattern,
} from '@rollcall/contract';
import type { Placement } from './expectation.ts';
import { matchesLabels } from './selector.ts';

/** Whether a policy is about a node. */
export type Scope =
  { readonly kind: 'excluded'; readonly rule: string } | { readonly kind: 'in' } | { readonly kind: 'out' };

const IN: Scope = { kind: 'in' };
const OUT: Scope = { kind: 'out' };

/**
 * Judges the scope by what the node is now. Explicit: the selector is authoritative. Inferred: what the template's node selector and
 * required affinity admit, if the untolerated taints are node-lifecycle ones only. `placement` is undefined while no template is known.
 */
export function judgeScope(policy: Policy, node: NodeObject, placement: Placement | undefined): Scope {
  const rule = excludedBy(policy, node);
  if (rule !== undefined) return { kind: 'excluded', rule };
  if (policy.selector !== undefined) return matchesLabels(policy.selector, node) ? IN : OUT;
  if (placement === undefined || !placement.admitted) return OUT;
  return placement.untolerated.every((taint) => isLifecycle(policy, taint)) ? IN : OUT;
}

function excludedBy(policy: Policy, node: NodeObject): string | undefined {
  for (const { rule, taint } of VIRTUAL_TAINTS) if (findTaint(node, [taint]) !== undefined) return rule;
  return policy.exclusions.find((exclusion) => matchesLabels(exclusion.selector, node))?.name;
}

function isLifecycle(policy: Policy, taint: Taint): boolean {
  const matches = (pattern: TaintPattern): boolean => matchesTaint(pattern, taint);
  return CONDITION_TAINTS.some(matches) || policy.joiningTaints.some(matches) || policy.leavingTaints.some(matches);
}

/** True when the pattern names that taint; a key that ends in `*` names a prefix. */
function matchesTaint(pattern: TaintPattern, taint: Taint): boolean {
  const key = pattern.key.endsWith('*') ? taint.key.startsWith(pattern.key.slice(0, -1)) : taint.key === pattern.key;
  const value = pattern.value === undefined || pattern.value === taint.value;
  return key && value && (pattern.effect === undefined || pattern.effect === taint.effect);
}

/** The first taint of the node that any of the patterns names. */
export function findTaint(node: NodeObject, patterns: readonly TaintPattern[]): Taint | undefined {
  if (node.taints.length === 0) return undefined;
  return node.taints.find((taint) => patterns.some((pattern) => matchesTaint(pattern, taint)));
}
