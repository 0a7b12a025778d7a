/** What is in the replay's cluster: places in its fleet, whose nodes and daemon pods come and go. */
import type { NodeFace, PodFace } from './replay-faces.ts';

/** A place in the fleet. */
export interface Slot {
  readonly number: number;
  node: Thing<NodeFace> | undefined;
  pod: Thing<PodFace> | undefined;
}

/** A node or a pod: its number is never used again. Times are Unix milliseconds; `hash` is the template it was made of. */
export interface Thing<Face> {
  readonly number: number;
  readonly madeMs: number;
  readonly hash: string;
  face: Face;
  sinceMs: number;
}

/** All of it; changed in place by the cluster alone. */
export interface Fleet {
  readonly slots: readonly Slot[];
  /** The newest resourceVersion; the DaemonSet's generation, and the hash of its newest revision. */
  version: number;
  generation: number;
  hash: string;
  /** The last number that was given. */
  last: number;
}

// As wide as the marks of the templates.
const FIRST_VERSION = 1_000_000_000;
const FIRST_HASH = '6b7f4c9d58';
const AGE_MS = 30 * 86_400_000;

/** A fleet of `count` nodes, all of them ready and covered since long ago. */
export function createFleet(count: number, nowMs: number): Fleet {
  const slots: Slot[] = [];
  const fleet: Fleet = { slots, version: FIRST_VERSION, generation: 3, hash: FIRST_HASH, last: 0 };
  for (let number = 0; number < count; number++)
    slots.push({
      number,
      node: makeThing<NodeFace>(fleet, 'ready', nowMs - AGE_MS),
      pod: makeThing<PodFace>(fleet, 'ready', nowMs - AGE_MS),
    });
  return fleet;
}

/** A new node or pod. */
export function makeThing<Face>(fleet: Fleet, face: Face, nowMs: number): Thing<Face> {
  fleet.last += 1;
  return { number: fleet.last, madeMs: nowMs, sinceMs: nowMs, face, hash: fleet.hash };
}

/** Whether the slot's pod serves. */
export function isServing({ pod }: Slot): boolean {
  return pod?.face === 'ready' || pod?.face === 'restarted';
}

/** Whether the DaemonSet's controller places pods there: any other face has a taint that they do not tolerate, or lacks the label. */
export function isEligible({ node }: Slot): boolean {
  return node?.face === 'ready';
}
