/**
 * The API server refuses the pods of the DaemonSet. A refusal names no node: it is laid to every node that should have a pod and has none, for as long
 * as it stands.
 */
import { refusalText, refusedUntilMono, retryDueMono, type Creation, type RefusalCode } from '../../inventory/index.ts';
import { sayDuration } from '../say-duration.ts';
import type { Predicate, Subject } from '../subject.ts';
import { quote, stop } from './wording.ts';

/** The predicate of one kind of refusal. */
export function refusedAs(code: RefusalCode): Predicate {
  return (subject) => {
    const refusals = findRefusals(subject);
    if (refusals?.code !== code || !isWaitedFor(subject)) return undefined;
    const { now, making } = subject;
    const { monoMs } = now;
    const text = stop(quote(refusalText(refusals.refused.object.message)));
    const since = sayDuration(monoMs - refusals.sinceMono);
    const last = sayDuration(monoMs - refusals.refused.lastMono);
    const message = `The API server refuses the pod: ${text} It does since ${since}, for the last time ${last} ago.`;
    return { code, message, retryDueMono: retryDueMono(refusals, making.newestPodMono) };
  };
}

/** The refusals that stand. In a namespace that is being deleted none does: the controller swallows what it is told there. */
export function findRefusals({ making, now }: Subject): Creation | undefined {
  const { refusals, namespaceEndsSinceMono } = making;
  if (refusals === undefined || namespaceEndsSinceMono !== undefined) return undefined;
  return now.monoMs < refusedUntilMono(refusals) ? refusals : undefined;
}

/** True for a node that should have a pod and has none. */
export function isWaitedFor({ daemonSet, placement, pod }: Subject): boolean {
  return daemonSet !== undefined && placement.shouldRun && pod === undefined;
}
