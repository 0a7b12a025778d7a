/** The pod had to make room for one of higher priority. */
import type { Predicate } from '../subject.ts';
import { findEvent } from './pod-events.ts';
import { replacementDueMono } from './retry-due.ts';
import { describePriority, describeReason, namePod, quote, sentence } from './wording.ts';

const BY_WHOM = new Set(['Preempted']);

/** By the scheduler (DisruptionTarget condition), or by the kubelet for a critical pod (phase Failed, reason Preempting). */
export const preempted: Predicate = (subject) => {
  const { pod } = subject;
  if (pod === undefined) return undefined;
  const { phase, reason, disruption } = pod.object;
  const byKubelet = phase === 'Failed' && reason === 'Preempting' ? pod.object : undefined;
  const byScheduler =
    disruption?.status === 'True' && disruption.reason === 'PreemptionByScheduler' ? disruption : undefined;
  const words = byKubelet ?? byScheduler;
  if (words === undefined) return undefined;
  const message = sentence(`${namePod(pod.object)} was preempted${describeReason(words)}`);
  const event = findEvent(subject, BY_WHOM);
  const byWhom = event === undefined ? '' : ` ${sentence(quote(event.object.message))}`;
  return {
    code: 'Preempted',
    message: message + byWhom + describePriority(subject),
    retryDueMono: byKubelet && replacementDueMono(subject),
  };
};
