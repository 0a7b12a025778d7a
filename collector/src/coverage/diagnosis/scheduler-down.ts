/** Nobody schedules the pod: no scheduler has said a word of it, or the one that did failed. */
import type { PodObject } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { silenceDueMono } from './deadlines.ts';
import { findLivePod } from './live-pod.ts';
import { describeReason, namePod, sentence } from './wording.ts';

/** Silence counts from 30 s after the pod's creation. A gated pod has the condition from the start. */
export const schedulerDown: Predicate = (subject) => {
  const pod = findLivePod(subject);
  if (pod === undefined || subject.pod === undefined) return undefined;
  const silent = isUnanswered(pod) && subject.now.monoMs >= silenceDueMono(subject.pod);
  if (!silent && !isFailed(pod)) return undefined;
  const seen = silent
    ? 'has been Pending without a PodScheduled condition for 30 s'
    : `could not be scheduled${describeReason(pod.scheduled ?? { reason: '', message: '' })}`;
  return { code: 'SchedulerDown', message: sentence(`${namePod(pod)} ${seen}`) };
};

function isUnanswered({ phase, bound, scheduled }: PodObject): boolean {
  return phase === 'Pending' && !bound && scheduled === undefined;
}

function isFailed({ scheduled }: PodObject): boolean {
  return scheduled?.status === 'False' && scheduled.reason === 'SchedulerError';
}
