/** Nobody schedules the pod: no scheduler has said a word of it, or the one that did failed. */
import type { PodObject } from '@rollcall/contract';
import { sayDuration } from '../say-duration.ts';
import type { Predicate, Subject } from '../subject.ts';
import { isUsualScheduler, silenceDueMono, silenceMs } from './deadlines.ts';
import { describeSilence } from './leader-silence.ts';
import { findLivePod } from './live-pod.ts';
import { describeReason, namePod, quote, sentence } from './wording.ts';

/** Silence counts once the scheduler's Lease has ended, or 30 s (or the start deadline) after the pod's creation. A gated pod has the condition from the start. */
export const schedulerDown: Predicate = (subject) => {
  const pod = findLivePod(subject);
  if (pod === undefined || subject.pod === undefined) return undefined;
  const silent = isUnanswered(pod) && subject.now.monoMs >= silenceDueMono(subject, subject.pod);
  if (!silent && !isFailed(pod)) return undefined;
  const seen = silent
    ? describeUnanswered(subject)
    : `could not be scheduled${describeReason(pod.scheduled ?? { reason: '', message: '' })}`;
  return { code: 'SchedulerDown', message: sentence(`${namePod(pod)} ${seen}`) + describeScheduler(subject) };
};

function describeUnanswered({ making, now, daemonSet, policy }: Subject): string {
  const isUsual = isUsualScheduler(daemonSet?.object.podTemplate.schedulerName);
  const silence = isUsual ? describeSilence('kube-scheduler', making.schedulerLease, now) : '';
  const seen = 'has been Pending without a PodScheduled condition';
  return silence === '' ? `${seen} for ${sayDuration(silenceMs(policy))}` : `${seen} while ${silence}`;
}

/** Where the template asks for another scheduler than the usual one, nobody else may place the pod. */
function describeScheduler({ daemonSet }: Subject): string {
  const name = daemonSet?.object.podTemplate.schedulerName ?? '';
  if (isUsualScheduler(name)) return '';
  return ` The template's schedulerName is ${quote(JSON.stringify(name))}: no other scheduler looks at it.`;
}

function isUnanswered({ phase, bound, scheduled }: PodObject): boolean {
  return phase === 'Pending' && !bound && scheduled === undefined;
}

function isFailed({ scheduled }: PodObject): boolean {
  return scheduled?.status === 'False' && scheduled.reason === 'SchedulerError';
}
