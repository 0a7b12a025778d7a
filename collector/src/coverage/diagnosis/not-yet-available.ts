/** The pod is Ready, and has to stay so for minReadySeconds. */
import type { Predicate } from '../subject.ts';
import { availableDueMono } from './deadlines.ts';
import { isLive } from './live-pod.ts';
import { namePod, sentence } from './wording.ts';

/** Counted on our own clock: a kubelet whose clock is ahead cannot delay it. */
export const notYetAvailable: Predicate = (subject) => {
  const { pod, daemonSet, now } = subject;
  if (pod === undefined || daemonSet === undefined || !isLive(pod) || pod.object.ready.status !== 'True') {
    return undefined;
  }
  if (now.monoMs >= availableDueMono(subject, pod)) return undefined;
  const seen = `is Ready for less than minReadySeconds (${daemonSet.object.minReadySeconds})`;
  return { code: 'NotYetAvailable', message: sentence(`${namePod(pod.object)} ${seen}`) };
};
