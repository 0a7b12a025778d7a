/** Nobody schedules the pod: no scheduler has said a word of it, or the one that did failed. */
import type { PodObject } from '@rollcall/contract';
import type { Predicate, Subject } from '../subject.ts';
import { silenceDueMono } from './deadlines.ts';
import { findLivePod } from './live-pod.ts';
import { describeReason, namePod, quote, sentence } from './wording.ts';

const USUAL = 'default-scheduler';

/** Silence counts from 30 s after the pod's creation. A gated pod has the condition from the start. */
export const schedulerDown: Predicate = (subject) => {
  const pod = findLivePod(subject);
  if (pod === undefined || subject.pod === undefined) return undefined;
  const silent = isUnanswered(pod) && subject.now.monoMs >= silenceDueMono(subject.pod);
  if (!silent && !isFailed(pod)) return undefined;
  const seen = silent
    ? 'has been Pending without a PodScheduled condition for 30 s'
    : `could not be scheduled${describeReason(pod.scheduled ?? { reason: '', message: '' })}`;
  return { code: 'SchedulerDown', message: sentence(`${namePod(pod)} ${seen}`) + describeScheduler(subject) };
};

/** Where the template asks for another scheduler than the usual one, nobody else may place the pod. */
function describeScheduler({ daemonSet }: Subject): string {
  const name = daemonSet?.object.podTemplate.schedulerName ?? '';
  if (name === '' || name === USUAL) return '';
  return ` The template's schedulerName is ${quote(JSON.stringify(name))}: no other scheduler looks at it.`;
}

function isUnanswered({ phase, bound, scheduled }: PodObject): boolean {
  return phase === 'Pending' && !bound && scheduled === undefined;
}

function isFailed({ scheduled }: PodObject): boolean {
  return scheduled?.status === 'False' && scheduled.reason === 'SchedulerError';
}
