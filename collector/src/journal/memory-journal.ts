/** The journal's in-memory twin: the last transitions and what is remembered of each node, gone with the process. */
import type { Journal, NodeMemory, Transition } from '@rollcall/contract';

/** Transitions that are kept at most; about 300 bytes each. */
const MOST_TRANSITIONS = 5_000;

/** An empty journal; `limit` bounds its transitions, the oldest go first. */
export function createMemoryJournal(limit = MOST_TRANSITIONS): Journal {
  const memories = new Map<string, NodeMemory>();
  return {
    durable: false,
    ...createTransitions(limit),
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

function createTransitions(limit: number): Pick<Journal, 'append' | 'transitions' | 'shed'> {
  const byNode = new Map<string, Transition[]>();
  /** The keys of all transitions, the oldest first; of the first so many, the transitions are gone. */
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
    append: (transition) => {
      const key = keyOf(transition.policyUid, transition.nodeUid);
      const own = byNode.get(key);
      if (own === undefined) byNode.set(key, [transition]);
      else own.push(transition);
      order.push(key);
      dropTo(limit);
      if (dropped > limit) compact();
    },
    transitions: (policyUid, nodeUid, most) =>
      (byNode.get(keyOf(policyUid, nodeUid)) ?? []).toReversed().slice(0, most),
    shed: (share) => {
      const before = count();
      dropTo(limit * share);
      compact();
      return before - count();
    },
  };
}

function forgetOldest(byNode: Map<string, Transition[]>, key: string | undefined): void {
  const own = key === undefined ? undefined : byNode.get(key);
  own?.shift();
  if (key !== undefined && own?.length === 0) byNode.delete(key);
}

function keyOf(policyUid: string, nodeUid: string): string {
  return `${policyUid}/${nodeUid}`;
}
