/** The journal's in-memory twin: the last moments and what is remembered of each node, gone with the process. */
import type { Journal, MomentRow, NodeMemory, Transition, TransitionRow } from '@rollcall/contract';

/** Moments that are kept at most; about 300 bytes each. */
const MOST_MOMENTS = 5_000;

/** An empty journal; `limit` bounds its moments, the oldest go first. Totals of hours are not kept: a process has its counters. */
export function createMemoryJournal(limit = MOST_MOMENTS): Journal {
  const memories = new Map<string, NodeMemory>();
  return {
    durable: false,
    ...createMoments(limit),
    remember: (memory) => {
      const key = keyOf(memory.policyUid, memory.nodeUid);
      memories.delete(key);
      memories.set(key, memory);
      // In halves: to delete the first key of a Map again and again walks over all that were deleted before.
      if (memories.size > 2 * limit)
        for (const old of [...memories.keys()].slice(0, memories.size - limit)) memories.delete(old);
    },
    recall: () => [...memories.values()],
  };
}

function createMoments(limit: number): Pick<Journal, 'append' | 'transitions' | 'shed'> {
  const byNode = new Map<string, MomentRow[]>();
  /** The keys of all moments, the oldest first; of the first so many, the moments are gone. */
  const order: string[] = [];
  let dropped = 0;
  const count = (): number => order.length - dropped;
  const dropTo = (kept: number): void => {
    while (count() > kept) {
      forgetOldest(byNode, order[dropped]);
      dropped += 1;
    }
  };
  const compact = (): void => {
    order.splice(0, dropped);
    dropped = 0;
  };
  return {
    append: (row) => {
      if (row.kind === 'hour' || row.kind === 'exclusion' || row.kind === 'lag') return;
      const key = keyOf(row.policyUid, row.nodeUid);
      const own = byNode.get(key);
      if (own === undefined) byNode.set(key, [row]);
      else own.push(row);
      order.push(key);
      dropTo(limit);
      if (dropped > limit) compact();
    },
    transitions: (policyUid, nodeUid, most) =>
      (byNode.get(keyOf(policyUid, nodeUid)) ?? [])
        .filter((row) => row.kind === 'transition')
        .toReversed()
        .slice(0, most)
        .map(toTransition),
    shed: (share) => {
      const before = count();
      dropTo(limit * share);
      compact();
      return before - count();
    },
  };
}

function toTransition({ kind: _, ...transition }: TransitionRow): Transition {
  return transition;
}

function forgetOldest(byNode: Map<string, MomentRow[]>, key: string | undefined): void {
  const own = key === undefined ? undefined : byNode.get(key);
  own?.shift();
  if (key !== undefined && own?.length === 0) byNode.delete(key);
}

function keyOf(policyUid: string, nodeUid: string): string {
  return `${policyUid}/${nodeUid}`;
}
