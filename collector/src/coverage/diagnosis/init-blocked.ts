/** An init container does not let the pod begin. */
import type { ContainerObject, PodObject } from '@rollcall/contract';
import type { Predicate, Subject } from '../subject.ts';
import { startDueMono } from './deadlines.ts';
import { describeFailing, isInitializing } from './failing-container.ts';
import { findContainer } from './live-pod.ts';
import { nameContainer, sentence } from './wording.ts';

/** One that fails, or that still runs (a sidecar: is not yet ready) when the start deadline has passed. */
export const initBlocked: Predicate = (subject) => {
  const found = findContainer(
    subject,
    (container, pod) =>
      container.init && isInitializing(pod) && describeBlocking(subject, container, pod) !== undefined,
  );
  if (found === undefined) return undefined;
  const seen = describeBlocking(subject, found.container, found.pod) ?? '';
  return { code: 'InitBlocked', message: sentence(`${nameContainer(found.container, found.pod)} ${seen}`) };
};

function describeBlocking(subject: Subject, container: ContainerObject, pod: PodObject): string | undefined {
  const failing = describeFailing(container, pod);
  if (failing !== undefined) return failing;
  if (!container.running || container.ready || subject.pod === undefined) return undefined;
  const isLate = subject.now.monoMs >= startDueMono(subject, subject.pod.createdMono);
  return isLate ? 'still runs after the start deadline' : undefined;
}
