/** The kernel killed a container for want of memory, and it has not become ready since. */
import type { ContainerObject, Termination } from '@rollcall/contract';
import type { Predicate } from '../subject.ts';
import { findContainer } from './live-pod.ts';
import { describeEnd, describeRestarts, nameContainer, sentence } from './wording.ts';

/** Its present or its last end was OOMKilled. */
export const oomKilled: Predicate = (subject) => {
  const found = findContainer(subject, (container) => !container.ready && findOomKill(container) !== undefined);
  const end = found && findOomKill(found.container);
  if (found === undefined || end === undefined) return undefined;
  const { container, pod } = found;
  const seen = `was killed for want of memory${describeRestarts(container)}: ${describeEnd(end)}`;
  return { code: 'OOMKilled', message: sentence(`${nameContainer(container, pod)} ${seen}`) };
};

function findOomKill({ terminated, lastTerminated }: ContainerObject): Termination | undefined {
  return [terminated, lastTerminated].find((end) => end?.reason === 'OOMKilled');
}
