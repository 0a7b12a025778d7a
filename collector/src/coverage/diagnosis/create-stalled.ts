/** Nobody refuses the pod, and nobody makes it. */
import { refusalText, retryDueMono } from '../../inventory/index.ts';
import { sayDuration } from '../say-duration.ts';
import type { Predicate, Subject } from '../subject.ts';
import { absenceDueMono } from './deadlines.ts';
import { describeSilence } from './leader-silence.ts';
import { findRefusals, isWaitedFor } from './refused-creation.ts';
import { quote, stop } from './wording.ts';

/** While it makes pods of the DaemonSet elsewhere, one comes at least so often: client limits let 20 a second through. */
const BACKLOG_MS = 60_000;
/** client-go, tools/record/events_cache.go: so many warnings a DaemonSet has, and then one in this time. */
const WARNINGS = 25;
const WARNING_EVERY_MS = 300_000;

/** Past the start deadline of becoming eligible, or of losing the last pod. It tells who is to blame as far as that is known. */
export const createStalled: Predicate = (subject) => {
  const { now, policy, node } = subject;
  const isTold = subject.making.namespaceEndsSinceMono !== undefined || findRefusals(subject) !== undefined;
  if (isTold || !isWaitedFor(subject) || now.monoMs < (absenceDueMono(subject) ?? Infinity)) return undefined;
  const deadline = `${policy.podLayer.startDeadlineMs / 1000} s`;
  const daemon = quote(`${policy.namespace}/${policy.daemonset}`);
  const seen = `Node ${quote(node.object.name)} has no pod of ${daemon} past the start deadline of ${deadline}, and nobody refuses it.`;
  const causes = [silence(subject), blindness(subject), backlog(subject), backoff(subject), muteness(subject)];
  const told = causes.filter((cause) => cause !== '');
  const message = [seen, ...(told.length === 0 ? ['Why is not known.'] : told)].join(' ');
  return { code: 'CreateStalled', message, retryDueMono: futureRetry(subject) };
};

function silence({ making: { controllerLease }, now }: Subject): string {
  return describeSilence('kube-controller-manager', controllerLease, now);
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

/** Each pod that failed costs the controller a warning: when many fail at once, none is left to tell that the next ones are refused. */
function muteness({ daemonSetEvents, now }: Subject): string {
  const failed = daemonSetEvents.find(({ object }) => object.reason === 'FailedDaemonPod');
  if (failed === undefined || now.monoMs - failed.lastMono > WARNINGS * WARNING_EVERY_MS) return '';
  const limit = `may write ${WARNINGS} warnings about a DaemonSet and then one in ${sayDuration(WARNING_EVERY_MS)}`;
  const spent = `It told of pods that failed, for the last time ${sayDuration(now.monoMs - failed.lastMono)} ago`;
  return `A refusal may not have been told: the controller ${limit}. ${spent}. Look at quotas and webhooks of the namespace.`;
}

/** One that has passed said nothing of when the next is. */
function futureRetry({ making: { refusals, newestPodMono }, now }: Subject): number | undefined {
  const dueMono = refusals && retryDueMono(refusals, newestPodMono);
  return dueMono !== undefined && dueMono > now.monoMs ? dueMono : undefined;
}
