/** The daemon runs and does not answer its probes, so that it never becomes ready, or is ended again and again. */
import type { ContainerObject, PodObject } from '@rollcall/contract';
import type { Hit, Predicate, Subject } from '../subject.ts';
import { startDueMono } from './deadlines.ts';
import { isInitializing } from './failing-container.ts';
import { findContainer, findLivePod } from './live-pod.ts';
import { findProbeEvent, findProbeKill } from './probe-kill.ts';
import { restartDueMono } from './retry-due.ts';
import { describeReason, describeRestarts, nameContainer, namePod, quote, sentence } from './wording.ts';

/**
 * One that the kubelet ends for its probe fails at once. A container without a readiness probe is ready as soon as it has started: one that
 * runs and is not ready fails a probe. A daemon that was ready in this run fails at once, a younger one when its start deadline has passed.
 */
export const probeFailing: Predicate = (subject) =>
  findKilled(subject) ?? findUnready(subject) ?? findShutGate(subject);

function findKilled(subject: Subject): Hit | undefined {
  const found = findContainer(subject, (container) => findProbeKill(subject, container) !== undefined);
  if (found === undefined) return undefined;
  const { container, pod } = found;
  const probe = findProbeKill(subject, container);
  const seen = `${nameContainer(container, pod)} is ended for its ${probe} probe${describeRestarts(container)}`;
  const message = sentence(seen + describeAnswer(subject, probe));
  return { code: 'ProbeFailing', message, retryDueMono: restartDueMono(container, subject) };
}

function findUnready(subject: Subject): Hit | undefined {
  const found = findContainer(
    subject,
    (container, pod) => isUnanswering(container, pod) && (isLate(subject) || hasLostReadiness(container, pod)),
  );
  if (found === undefined) return undefined;
  const { container, pod } = found;
  const seen = `${nameContainer(container, pod)} runs${describeRestarts(container)} and ${describeProbe(container, pod)}`;
  const answer = describeAnswer(subject, container.started === false ? 'startup' : 'readiness');
  return { code: 'ProbeFailing', message: sentence(seen + answer) };
}

function describeAnswer(subject: Subject, probe: 'startup' | 'liveness' | 'readiness' | undefined): string {
  const event = probe && findProbeEvent(subject, probe);
  return event === undefined ? '' : `: ${quote(event.object.message)}`;
}

function isUnanswering(container: ContainerObject, pod: PodObject): boolean {
  return container.running && !container.ready && !(container.init && isInitializing(pod));
}

function isLate(subject: Subject): boolean {
  return subject.pod !== undefined && subject.now.monoMs >= startDueMono(subject, subject.pod.createdMono);
}

/** The kubelet calls a pod not Ready before a container starts, and again only when it was Ready since. Both times are the kubelet's. */
function hasLostReadiness({ startedAt, started }: ContainerObject, { ready, readySince }: PodObject): boolean {
  if (started === false || startedAt === undefined || readySince === undefined) return false;
  return ready.status === 'False' && readySince > startedAt;
}

function describeProbe(container: ContainerObject, pod: PodObject): string {
  if (container.started === false) return 'its startup probe has not passed';
  return hasLostReadiness(container, pod)
    ? 'its readiness probe fails; it was ready before'
    : 'its readiness probe has not passed';
}

/** A readiness gate is a probe from outside: a condition that somebody else sets. */
function findShutGate(subject: Subject): Hit | undefined {
  const pod = findLivePod(subject);
  if (pod?.ready.status !== 'False' || pod.ready.reason !== 'ReadinessGatesNotReady' || !isLate(subject)) {
    return undefined;
  }
  return { code: 'ProbeFailing', message: sentence(`${namePod(pod)} is held by a gate${describeReason(pod.ready)}`) };
}
