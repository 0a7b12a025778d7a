/** The kernel killed a container for want of memory, and it has not become ready since. */
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { findContainer, isWhyNotReady } from './live-pod.ts';
import { restartDueMono } from './retry-due.ts';
import { describeEnd, describeRestarts, nameContainer, sentence } from './wording.ts';

/** Its present or its last end was OOMKilled. */
export const oomKilled: Predicate = (subject) => {
  const found = findContainer(subject, (container, pod) => findOomKill(container, pod) !== undefined);
  const end = found && findOomKill(found.container, found.pod);
  if (found === undefined || end === undefined) return undefined;
  const { container, pod } = found;
  const seen = `was killed for want of memory${describeRestarts(container)}: ${describeEnd(end)}`;
  const message = sentence(`${nameContainer(container, pod)} ${seen}`);
  return { code: 'OOMKilled', message, retryDueMono: restartDueMono(container, subject) };
};

function findOomKill({ ready, terminated, lastTerminated }: ContainerObject, pod: PodObject): Termination | undefined {
  if (ready) return undefined;
  return [terminated, lastTerminated].find((end) => end?.reason === 'OOMKilled' && isWhyNotReady(end, pod));
}
