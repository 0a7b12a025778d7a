/** The policy's DaemonSet is absent, or is being deleted and makes no pods any more. */
import type { Predicate } from '../subject.ts';

/** Never holds for a policy whose daemon runs without a DaemonSet. */
export const daemonSetMissing: Predicate = ({ policy, daemonSet }) => {
  if (!policy.hasDaemonSet) return undefined;
  if (daemonSet !== undefined && daemonSet.object.deletedAt === undefined) return undefined;
  const seen = daemonSet === undefined ? 'does not exist' : 'is being deleted';
  return { code: 'DaemonSetMissing', message: `DaemonSet ${policy.namespace}/${policy.daemonset} ${seen}.` };
};
