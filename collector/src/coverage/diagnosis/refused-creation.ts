/**
 * The API server refuses the pods of the DaemonSet. A refusal names no node: it is laid to every node that should have a pod and has none, for as long
 * as it stands.
 */
import { refusalText, refusedUntilMono, retryDueMono, type RefusalCode } from '../../inventory/index.ts';
import { sayDuration } from '../say-duration.ts';
import type { Predicate, Subject } from '../subject.ts';
import { quote, stop } from './wording.ts';

/** The predicate of one kind of refusal. */
export function refusedAs(code: RefusalCode): Predicate {
  return (subject) => {
    const { refusals, newestPodMono } = subject.making;
    if (refusals?.code !== code || !isWaitedFor(subject) || subject.making.namespaceEndsSinceMono !== undefined)
      return undefined;
    const { monoMs } = subject.now;
    if (monoMs >= refusedUntilMono(refusals)) return undefined;
    const text = stop(quote(refusalText(refusals.refused.object.message)));
    const since = sayDuration(monoMs - refusals.sinceMono);
    const last = sayDuration(monoMs - refusals.refused.lastMono);
    const message = `The API server refuses the pod: ${text} It does since ${since}, for the last time ${last} ago.`;
    return { code, message, retryDueMono: retryDueMono(refusals, newestPodMono) };
  };
}

/** True for a node that should have a pod and has none. */
export function isWaitedFor({ daemonSet, placement, pod }: Subject): boolean {
  return daemonSet !== undefined && placement.shouldRun && pod === undefined;
}
