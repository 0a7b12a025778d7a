/** Who waits until what is known of a node outlives the process. */
import type { NodeMemory } from '@rollcall/contract';
import type { RowQueue } from './row-queue.ts';

/** Those who wait. */
export interface Settling {
  add(node: Pick<NodeMemory, 'policyUid' | 'nodeUid'>, run: () => void): void;
  /** Nothing that was taken out of the queue is under way: lets those go of whom nothing waits. */
  written(): void;
  /** Lets all go: nobody knows when, or whether, the disk will have it. */
  letGo(): void;
}

interface Waiter {
  readonly node: Pick<NodeMemory, 'policyUid' | 'nodeUid'>;
  run(): void;
}

/** Nobody waits yet. */
export function createSettling(queue: Pick<RowQueue, 'remembers'>): Settling {
  let waiting: Waiter[] = [];
  return {
    add: (node, run) => void waiting.push({ node, run }),
    written: () => {
      const done = waiting.filter(({ node }) => !queue.remembers(node));
      if (done.length > 0) waiting = waiting.filter(({ node }) => queue.remembers(node));
      for (const { run } of done) run();
    },
    letGo: () => {
      const all = waiting;
      waiting = [];
      for (const { run } of all) run();
    },
  };
}
