/** Finds that the scheduler could not place a daemon pod: its PodScheduled condition turned False, or is so for another reason now. */
import type { PodObject, SchedulingFailure } from '@rollcall/contract';
import type { PodEntry } from './inventory.ts';

/** A pod that was found not to be placeable, each time anew. */
export interface Unplaced {
  readonly reason: SchedulingFailure;
  /** When the pod was made that is seen for the first time; undefined for one that was known before. */
  readonly firstSeenOf: number | undefined;
}

/** Undefined where nothing of that kind is new. Attempts that leave the condition as it was cannot be told from none. */
export function findUnplaced(known: PodEntry | undefined, { object, createdMono }: PodEntry): Unplaced | undefined {
  const reason = refusalOf(object);
  if (reason === undefined || reason === (known && refusalOf(known.object))) return undefined;
  return { reason, firstSeenOf: known === undefined ? createdMono : undefined };
}

/** The scheduler's words for `status.reason` of that condition: core/v1 PodReasonUnschedulable and its neighbours. */
function refusalOf({ scheduled }: PodObject): SchedulingFailure | undefined {
  if (scheduled?.status !== 'False') return undefined;
  const { reason } = scheduled;
  return reason === 'SchedulingGated' || reason === 'SchedulerError' ? reason : 'Unschedulable';
}
