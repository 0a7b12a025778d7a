/** Traces what becomes of policies: each that comes into force, changes, goes or is rejected. */
import type { ClusterEvent, Policy, PolicyCondition, Spans } from '@rollcall/contract';
import type { ConditionedPolicy } from '../config/policy-book.ts';

/** Hears of policies from the feed and the book. */
export interface PolicyTrace {
  /** Passes the event on, inside of a span if it is about a policy. */
  change(event: ClusterEvent, emit: (event: ClusterEvent) => void): void;
  conditioned(policy: ConditionedPolicy, condition: PolicyCondition): void;
}

/** `nodesOf` answers how many nodes the policy of a uid is about. */
export function createPolicyTrace(spans: Spans | undefined, nodesOf: (uid: string) => number): PolicyTrace {
  if (spans === undefined) return { change: (event, emit) => emit(event), conditioned: () => undefined };
  const inForce = new Map<string, Policy>();
  return {
    change: (event, emit) => {
      const former = inForce.get(event.uid);
      const policy = event.kind === 'policy' ? (event.object ?? former) : undefined;
      if (event.kind !== 'policy' || policy === undefined) return emit(event);
      if (event.object === undefined) inForce.delete(event.uid);
      else inForce.set(event.uid, policy);
      const change = event.object === undefined ? 'gone' : former === undefined ? 'in_force' : 'changed';
      const span = spans.start('policy', describePolicy(policy, change));
      const before = nodesOf(event.uid);
      emit(event);
      span.set({ 'rollcall.policy.nodes': Math.max(before, nodesOf(event.uid)) });
      span.end();
    },
    conditioned: ({ namespace, name, origin }, condition) => {
      if (condition.status !== 'False') return;
      const named = { 'rollcall.policy.name': `${namespace}/${name}`, 'rollcall.policy.origin': origin };
      spans.start('policy', { 'rollcall.policy.change': 'rejected', ...named }).end(condition.reason);
    },
  };
}

function describePolicy({ policyNamespace, name, origin, generation }: Policy, change: string) {
  return {
    'rollcall.policy.change': change,
    'rollcall.policy.name': `${policyNamespace}/${name}`,
    'rollcall.policy.origin': origin,
    'rollcall.policy.generation': generation,
  };
}
