/** The pod should be gone and is not, so that the DaemonSet controller makes no new one. */
import type { PodObject } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { stuckDueMono } from './deadlines.ts';
import { describeCondition, namePod, quote, sentence } from './wording.ts';

/** From 30 s after the end of its grace period; names the finalizers, or the node that cannot confirm the end. */
export const terminatingStuck: Predicate = ({ pod, node, now }) => {
  const due = pod && stuckDueMono(pod);
  if (pod === undefined || due === undefined || now.monoMs < due) return undefined;
  const { name, ready } = node.object;
  const holder =
    describeFinalizers(pod.object) ??
    (ready.status === 'True'
      ? `the kubelet of node ${name} has not confirmed its end`
      : `node ${name} cannot confirm its end, its Ready is ${describeCondition(ready)}`);
  const message = sentence(`${namePod(pod.object)} is still there 30 s after its grace period: ${holder}`);
  return { code: 'TerminatingStuck', message };
};

function describeFinalizers({ finalizers }: PodObject): string | undefined {
  return finalizers.length === 0 ? undefined : `its finalizers are ${quote(finalizers.join(', '))}`;
}
