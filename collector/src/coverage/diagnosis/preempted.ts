/** The pod had to make room for one of higher priority. */
import type { Predicate, Subject } from '../subject.ts';
import { findFailed, type FailedEnd } from './failed-pod.ts';
import { findEvent } from './pod-events.ts';
import { describePriority, describeReason, namePod, quote, sentence } from './wording.ts';

const BY_WHOM = new Set(['Preempted']);

/** By the scheduler (DisruptionTarget condition), or by the kubelet for a critical pod (phase Failed, reason Preempting). */
export const preempted: Predicate = (subject) => {
  const failed = findFailed(subject);
  const byKubelet = failed?.reason === 'Preempting' ? failed : undefined;
  const seen = byKubelet ?? findDisruption(subject);
  if (seen === undefined) return undefined;
  const message = sentence(`${seen.name} was preempted${describeReason(seen)}`);
  const event = findEvent(subject, BY_WHOM);
  const byWhom = event === undefined ? '' : ` ${sentence(quote(event.object.message))}`;
  return {
    code: 'Preempted',
    message: message + byWhom + describePriority(subject),
    retryDueMono: byKubelet?.retryDueMono,
  };
};

function findDisruption({ pod }: Subject): Omit<FailedEnd, 'retryDueMono'> | undefined {
  const disruption = pod?.object.disruption;
  if (pod === undefined || disruption?.status !== 'True' || disruption.reason !== 'PreemptionByScheduler')
    return undefined;
  return { name: namePod(pod.object), reason: disruption.reason, message: disruption.message };
}
