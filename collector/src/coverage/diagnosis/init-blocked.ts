/** An init container does not let the pod begin. */
import type { ContainerObject, PodObject } from '@rollcall/contract';
import type { Predicate, Subject } from '../subject.ts';
import { startDueMono } from './deadlines.ts';
import { describeFailing, isInitializing } from './failing-container.ts';
import { findContainer } from './live-pod.ts';
import { withPermissionHint } from './permission-hint.ts';
import { restartDueMono } from './retry-due.ts';
import { nameContainer, sentence } from './wording.ts';

/** One that fails, or that still runs (a sidecar: has not started) when the start deadline has passed. */
export const initBlocked: Predicate = (subject) => {
  const found = findContainer(
    subject,
    (container, pod) =>
      container.init && isInitializing(pod) && describeBlocking(subject, container, pod) !== undefined,
  );
  if (found === undefined) return undefined;
  const { container, pod } = found;
  const seen = `${nameContainer(container, pod)} ${describeBlocking(subject, container, pod) ?? ''}`;
  return {
    code: 'InitBlocked',
    message: sentence(withPermissionHint(seen, subject, container.name)),
    retryDueMono: restartDueMono(container, subject),
  };
};

function describeBlocking(subject: Subject, container: ContainerObject, pod: PodObject): string | undefined {
  const failing = describeFailing(container, pod);
  if (failing !== undefined) return failing;
  if (!container.running || container.ready || subject.pod === undefined) return undefined;
  if (subject.now.monoMs < startDueMono(subject, subject.pod.createdMono)) return undefined;
  if (!isSidecar(subject, container)) return 'still runs after the start deadline';
  // The next container begins when a sidecar has started, whether it is ready or not.
  return container.started === true ? undefined : 'is a sidecar and has not started: its startup probe has not passed';
}

function isSidecar({ daemonSet }: Subject, { name }: ContainerObject): boolean {
  return daemonSet?.object.podTemplate.containers.some((own) => own.name === name && own.sidecar) ?? false;
}
