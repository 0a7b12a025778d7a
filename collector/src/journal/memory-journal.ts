/** The journal's in-memory twin: the last transitions and what is remembered of each node, gone with the process. */
import type { Journal, NodeMemory, Transition } from '@rollcall/contract';

/** Transitions that are kept at most; about 300 bytes each. */
const MOST_TRANSITIONS = 5_000;

/** An empty journal; `limit` bounds its transitions, the oldest go first. */
export function createMemoryJournal(limit = MOST_TRANSITIONS): Journal {
  const byNode = new Map<string, Transition[]>();
  const order: string[] = [];
  let dropped = 0;
  const memories = new Map<string, NodeMemory>();
  const forgetOldest = (): void => {
    const key = order[dropped];
    dropped += 1;
    const own = key === undefined ? undefined : byNode.get(key);
    own?.shift();
    if (key !== undefined && own?.length === 0) byNode.delete(key);
    if (dropped <= limit) return;
    order.splice(0, dropped);
    dropped = 0;
  };
  return {
    durable: false,
    append: (transition) => {
      const key = keyOf(transition.policyUid, transition.nodeUid);
      const own = byNode.get(key);
      if (own === undefined) byNode.set(key, [transition]);
      else own.push(transition);
      order.push(key);
      if (order.length - dropped > limit) forgetOldest();
    },
    remember: (memory) => {
      const key = keyOf(memory.policyUid, memory.nodeUid);
      memories.delete(key);
      memories.set(key, memory);
      // In halves: to delete the first key of a Map again and again walks over all that were deleted before.
      if (memories.size > 2 * limit)
        for (const old of [...memories.keys()].slice(0, memories.size - limit)) memories.delete(old);
    },
    recall: () => [...memories.values()],
    transitions: (policyUid, nodeUid, most) =>
      (byNode.get(keyOf(policyUid, nodeUid)) ?? []).toReversed().slice(0, most),
  };
}

function keyOf(policyUid: string, nodeUid: string): string {
  return `${policyUid}/${nodeUid}`;
}
