/** The pod that serves, or else the judged one, runs an older revision of the template than the newest one. */
import type { Predicate } from '../subject.ts';
import { pickServing } from '../pod-layer.ts';
import { findLivePod } from './live-pod.ts';
import { namePod, sentence } from './wording.ts';

/** A finding: it never is the primary reason. Holds only if both revisions are known. */
export const staleRevision: Predicate = (subject) => {
  // In a surge the new pod is judged, and until it is available the old one beside it serves.
  const pod = pickServing(subject.pods)?.object ?? findLivePod(subject);
  const { newestHash } = subject;
  if (pod === undefined || pod.hash === '' || newestHash === '' || pod.hash === newestHash) return undefined;
  const message = sentence(`${namePod(pod)} runs revision ${pod.hash}, the newest is ${newestHash}`);
  return { code: 'StaleRevision', message };
};
