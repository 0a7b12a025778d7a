/** The node has no room for the pod: tells a request that never fits from a node that is full. */
import type { Predicate, Subject } from '../subject.ts';
import { describePriority } from './wording.ts';
import { readRefusal, refusedFor, type Refusal } from './scheduler-refusal.ts';

const NO_ROOM = /\d Insufficient \S|\d Too many pods/;

const refusedForRoom = refusedFor('InsufficientResources', NO_ROOM);

/** Adds to the scheduler's words what they imply: see `judgeRoom`. */
export const insufficientResources: Predicate = (subject) => {
  const hit = refusedForRoom(subject);
  const refusal = readRefusal(subject);
  if (hit === undefined || refusal === undefined) return hit;
  return { ...hit, message: hit.message + judgeRoom(refusal, subject) };
};

/**
 * The scheduler marks a node unresolvable when the request exceeds its allocatable, and then says of all nodes that preemption is
 * not helpful; where it looked for victims and found none, or would not have room without them either, the node is full of pods that
 * this one may not evict.
 */
function judgeRoom({ preemption }: Refusal, subject: Subject): string {
  if (preemption.includes('No preemption victims found') || NO_ROOM.test(preemption)) {
    return ` The node is filled by pods of equal or higher priority.${describePriority(subject)}`;
  }
  if (preemption.includes('Preemption is not helpful')) return ' It never fits: the request exceeds allocatable.';
  if (preemption.includes('preemptionPolicy=Never')) return ' The node is full and the pod may not evict others.';
  return '';
}
