/** A container ends again and again. */
import type { Predicate } from '../subject.ts';
import { describeFailing, isInitializing } from './failing-container.ts';
import { findContainer } from './live-pod.ts';
import { nameContainer, sentence } from './wording.ts';

/** In CrashLoopBackOff, or ended with a fault and not running; init containers only once the pod is initialized. */
export const crashLoop: Predicate = (subject) => {
  const found = findContainer(
    subject,
    (container, pod) => !(container.init && isInitializing(pod)) && describeFailing(container, pod) !== undefined,
  );
  if (found === undefined) return undefined;
  const seen = describeFailing(found.container, found.pod) ?? '';
  return { code: 'CrashLoop', message: sentence(`${nameContainer(found.container, found.pod)} ${seen}`) };
};
