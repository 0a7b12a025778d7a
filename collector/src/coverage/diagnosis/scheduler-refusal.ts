/** Reads what the scheduler says of a pod that it cannot place. A daemon pod has one candidate node, so the words are about that one. */
import type { ReasonCode } from '@rollcall/contract';
import type { Predicate, Subject } from '../subject.ts';
import { findLivePod } from './live-pod.ts';
import { findEvent } from './pod-events.ts';
import { scheduleDueMono } from './retry-due.ts';
import { namePod, quote, sentence } from './wording.ts';

/** The scheduler's message in its two parts: why the node does not do, and why evicting others does not help ('' if it does not say). */
export interface Refusal {
  readonly why: string;
  readonly preemption: string;
}

const ATTEMPTS = new Set(['FailedScheduling']);
const PREEMPTION = ' preemption: ';

/** The refusal of the judged pod; undefined unless PodScheduled is False for reason Unschedulable. */
export function readRefusal(subject: Subject): Refusal | undefined {
  const scheduled = findLivePod(subject)?.scheduled;
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return undefined;
  const [why = '', ...preemption] = scheduled.message.split(PREEMPTION);
  // Plugins that have a say after the filters end their part with a comma.
  return { why: why.replace(/,$/, ''), preemption: preemption.join(PREEMPTION) };
}

/** The predicate of a reason that shows in the first part of the scheduler's message. `pattern` is not global. */
export function refusedFor(code: ReasonCode, pattern: RegExp): Predicate {
  return (subject) => {
    const pod = findLivePod(subject);
    const why = readRefusal(subject)?.why;
    if (pod === undefined || why === undefined || !pattern.test(why)) return undefined;
    const message = sentence(`the scheduler cannot place ${namePod(pod)}: ${quote(why)}`);
    const attempt = findEvent(subject, ATTEMPTS);
    return { code, message, retryDueMono: attempt && scheduleDueMono(attempt) };
  };
}
