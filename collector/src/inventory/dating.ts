/**
 * Puts an object's own times onto the monotonic clock. At first sight a value's age is now minus its own time, at least 0; only a
 * value that changes under our eyes is dated by its arrival. So clock steps and future times cannot make anything fresh for ever.
 */
import type { EventBase } from '@rollcall/contract';

/** The two clocks of an event, integer milliseconds. */
export type Arrival = Pick<EventBase, 'wallMs' | 'monoMs'>;

/** When a value seen for the first time came to be; without a time of its own it is as old as its arrival. */
export function dateFirstSight(arrival: Arrival, ownWallMs: number | undefined): number {
  if (ownWallMs === undefined) return arrival.monoMs;
  return arrival.monoMs - Math.max(0, arrival.wallMs - ownWallMs);
}

/** When a grace period ends: its deadline's distance from now, which may lie ahead by at most `limitMs`. */
export function dateDeadline(arrival: Arrival, deadlineWallMs: number, limitMs: number): number {
  return arrival.monoMs + Math.min(limitMs, deadlineWallMs - arrival.wallMs);
}
