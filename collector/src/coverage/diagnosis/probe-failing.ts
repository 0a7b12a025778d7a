/** The daemon runs and does not answer its probes, so that it never becomes ready, or is ended again and again. */
import type { ContainerObject, PodObject } from '@rollcall/contract';
import type { Predicate, Subject } from '../subject.ts';
import { startDueMono } from './deadlines.ts';
import { isInitializing } from './failing-container.ts';
import { findContainer, findLivePod } from './live-pod.ts';
import { describeReason, describeRestarts, nameContainer, namePod, sentence } from './wording.ts';

/**
 * A container without a readiness probe is ready as soon as it has started: one that runs and is not ready fails a probe. A daemon that was
 * ready in this run fails at once, a younger one when its start deadline has passed.
 */
export const probeFailing: Predicate = (subject) => {
  const found = findContainer(
    subject,
    (container, pod) => isUnanswering(container, pod) && (isLate(subject) || hasLostReadiness(container, pod)),
  );
  if (found === undefined) return findShutGate(subject);
  const { container, pod } = found;
  const seen = `${nameContainer(container, pod)} runs${describeRestarts(container)} and ${describeProbe(container, pod)}`;
  return { code: 'ProbeFailing', message: sentence(seen) };
};

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
function findShutGate(subject: Subject): ReturnType<Predicate> {
  const pod = findLivePod(subject);
  if (pod?.ready.status !== 'False' || pod.ready.reason !== 'ReadinessGatesNotReady' || !isLate(subject)) {
    return undefined;
  }
  return { code: 'ProbeFailing', message: sentence(`${namePod(pod)} is held by a gate${describeReason(pod.ready)}`) };
}
