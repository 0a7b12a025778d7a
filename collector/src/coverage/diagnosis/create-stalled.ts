/** Nobody refuses the pod, and nobody makes it. */
import { refusalText, retryDueMono } from '../../inventory/index.ts';
import { sayDuration } from '../say-duration.ts';
import type { Predicate, Subject } from '../subject.ts';
import { absenceDueMono } from './deadlines.ts';
import { findRefusals, isWaitedFor } from './refused-creation.ts';
import { quote, stop } from './wording.ts';

/** While it makes pods of the DaemonSet elsewhere, one comes at least so often: client limits let 20 a second through. */
const BACKLOG_MS = 60_000;
/** A Lease's duration where it does not say. */
const LEASE_MS = 15_000;

/** Past the start deadline of becoming eligible, or of losing the last pod. It tells who is to blame as far as that is known. */
export const createStalled: Predicate = (subject) => {
  const { now, policy, node } = subject;
  const isTold = subject.making.namespaceEndsSinceMono !== undefined || findRefusals(subject) !== undefined;
  if (isTold || !isWaitedFor(subject) || now.monoMs < (absenceDueMono(subject) ?? Infinity)) return undefined;
  const deadline = `${policy.podLayer.startDeadlineMs / 1000} s`;
  const daemon = quote(`${policy.namespace}/${policy.daemonset}`);
  const seen = `Node ${quote(node.object.name)} has no pod of ${daemon} past the start deadline of ${deadline}, and nobody refuses it.`;
  const causes = [silence(subject), blindness(subject), backlog(subject), backoff(subject)];
  const told = causes.filter((cause) => cause !== '');
  const message = [seen, ...(told.length === 0 ? ['Why is not known.'] : told)].join(' ');
  return { code: 'CreateStalled', message, retryDueMono: futureRetry(subject) };
};

function silence({ making: { controllerLease }, now }: Subject): string {
  if (controllerLease?.renewedMono === undefined) return '';
  const ageMs = now.monoMs - controllerLease.renewedMono;
  const lastsMs = controllerLease.object.durationSeconds * 1000 || LEASE_MS;
  if (ageMs <= lastsMs) return '';
  return `kube-controller-manager is down or hangs: its Lease was last renewed ${sayDuration(ageMs)} ago.`;
}

function blindness({ daemonSet }: Subject): string {
  if (daemonSet === undefined) return '';
  const { generation, status } = daemonSet.object;
  if (status.observedGeneration >= generation) return '';
  return `The controller has not seen generation ${generation} of the DaemonSet yet, only ${status.observedGeneration}.`;
}

function backlog({ making: { newestPodMono }, now }: Subject): string {
  if (newestPodMono === undefined || now.monoMs - newestPodMono > BACKLOG_MS) return '';
  const ago = sayDuration(now.monoMs - newestPodMono);
  return `The controller has a backlog: it made a pod on another node ${ago} ago.`;
}

function backoff({ making: { refusals }, now }: Subject): string {
  if (refusals === undefined) return '';
  const text = stop(quote(refusalText(refusals.refused.object.message)));
  return `It was last refused ${sayDuration(now.monoMs - refusals.refused.lastMono)} ago: ${text}`;
}

/** One that has passed said nothing of when the next is. */
function futureRetry({ making: { refusals, newestPodMono }, now }: Subject): number | undefined {
  const dueMono = refusals && retryDueMono(refusals, newestPodMono);
  return dueMono !== undefined && dueMono > now.monoMs ? dueMono : undefined;
}
