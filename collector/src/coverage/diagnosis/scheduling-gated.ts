/** The pod has scheduling gates, which nobody has lifted. */
import type { Predicate } from '../subject.ts';
import { findLivePod } from './live-pod.ts';
import { describeReason, namePod, sentence } from './wording.ts';

/** Seen in the PodScheduled condition, which the API server itself sets for a gated pod. */
export const schedulingGated: Predicate = (subject) => {
  const pod = findLivePod(subject);
  if (pod?.scheduled?.status !== 'False' || pod.scheduled.reason !== 'SchedulingGated') return undefined;
  return { code: 'SchedulingGated', message: sentence(`${namePod(pod)} is gated${describeReason(pod.scheduled)}`) };
};
