/** A container ends again and again. */
import type { Predicate } from '../subject.ts';
import { describeFailing, isInitializing } from './failing-container.ts';
import { findContainer } from './live-pod.ts';
import { withPermissionHint } from './permission-hint.ts';
import { findProbeKill } from './probe-kill.ts';
import { restartDueMono } from './retry-due.ts';
import { nameContainer, sentence } from './wording.ts';

/** In CrashLoopBackOff, or ended with a fault and not running; init containers only once the pod is initialized. Not one that the kubelet ends for its probe. */
export const crashLoop: Predicate = (subject) => {
  const found = findContainer(
    subject,
    (container, pod) =>
      !(container.init && isInitializing(pod)) &&
      describeFailing(container, pod) !== undefined &&
      findProbeKill(subject, container) === undefined,
  );
  if (found === undefined) return undefined;
  const { container, pod } = found;
  const seen = `${nameContainer(container, pod)} ${describeFailing(container, pod) ?? ''}`;
  return {
    code: 'CrashLoop',
    message: sentence(withPermissionHint(seen, subject, container.name)),
    retryDueMono: restartDueMono(container, subject),
  };
};
