/** The pod should be gone and is not, so that the DaemonSet controller makes no new one. */
import type { PodObject } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { stuckDueMono } from './deadlines.ts';
import { findEvent } from './pod-events.ts';
import { describeCondition, namePod, quote, sentence } from './wording.ts';

const FAILURES = new Set(['FailedKillPod', 'ExceededGracePeriod']);

/** From 30 s after the end of its grace period; names the finalizers, or the node that cannot confirm the end. */
export const terminatingStuck: Predicate = (subject) => {
  const { pod, node, now } = subject;
  const due = pod && stuckDueMono(pod);
  if (pod === undefined || due === undefined || now.monoMs < due) return undefined;
  const { name, ready } = node.object;
  const holder =
    describeFinalizers(pod.object) ??
    (ready.status === 'True'
      ? `the kubelet of node ${name} has not confirmed its end`
      : `node ${name} cannot confirm its end, its Ready is ${describeCondition(ready)}`);
  const message = sentence(`${namePod(pod.object)} is still there 30 s after its grace period: ${holder}`);
  const failed = findEvent(subject, FAILURES);
  return {
    code: 'TerminatingStuck',
    message: failed === undefined ? message : `${message} ${sentence(quote(failed.object.message))}`,
  };
};

function describeFinalizers({ finalizers }: PodObject): string | undefined {
  return finalizers.length === 0 ? undefined : `its finalizers are ${quote(finalizers.join(', '))}`;
}
