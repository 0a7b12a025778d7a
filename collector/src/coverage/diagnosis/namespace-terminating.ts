/** The namespace is being deleted: nothing is made in it any more. The controller swallows that answer, so that no event tells of it. */
import { sayDuration } from '../say-duration.ts';
import type { Predicate } from '../subject.ts';
import { quote } from './wording.ts';

/** Holds on every node that has no pod and would be given one, also where the DaemonSet has gone already. */
export const namespaceTerminating: Predicate = (subject) => {
  const { namespaceEndsSinceMono: since } = subject.making;
  const { daemonSet, placement, pod } = subject;
  if (since === undefined || pod !== undefined) return undefined;
  if (daemonSet !== undefined && !placement.shouldRun) return undefined;
  const age = sayDuration(subject.now.monoMs - since);
  const message = `Namespace ${quote(subject.policy.namespace)} is being deleted since ${age}: the API server makes nothing new in it.`;
  return { code: 'NamespaceTerminating', message };
};
