/** What waits to be written: bounded, so that a disk that stands still costs history and never memory. */
import type { HourCut, HourlyRow, JournalRow, NodeMemory, PolicyName } from '@rollcall/contract';
import type { Batch } from './batch.ts';

/** The queue. What does not fit is dropped and counted. */
export interface RowQueue {
  add(row: JournalRow): void;
  remember(memory: NodeMemory): void;
  book(cut: HourCut): void;
  /** Rows of other replicas: whoever fetches them looks to it that there is room. */
  adopt(rows: readonly HourlyRow[], policies: readonly PolicyName[]): void;
  /** Some of what waits, the oldest first, to be written in one piece; undefined when nothing waits. */
  take(): Batch | undefined;
  /** Whether what is remembered of a node waits; no row from before it does once that has gone. */
  remembers(node: Pick<NodeMemory, 'policyUid' | 'nodeUid'>): boolean;
  queued(): number;
  dropped(): number;
}

/** How much may wait at most. */
export interface QueueLimits {
  readonly rows: number;
  readonly memories: number;
  readonly cuts: number;
}

const LIMITS: QueueLimits = { rows: 50_000, memories: 200_000, cuts: 10_000 };
/** A batch is copied to the other thread: this much takes some milliseconds. */
const BATCH: QueueLimits = { rows: 1_000, memories: 1_000, cuts: 50 };

/** An empty queue. Of rows that do not fit the new ones are dropped; of memories and hours the newest state of each waits, and the first that came go. */
export function createRowQueue(limits: QueueLimits = LIMITS): RowQueue {
  const rows: JournalRow[] = [];
  const memories = new Map<string, NodeMemory>();
  const cuts = new Map<string, HourCut>();
  const foreign: HourlyRow[] = [];
  let names: readonly PolicyName[] = [];
  let dropped = 0;
  const renew = <T>(waiting: Map<string, T>, entry: readonly [string, T], most: number): void => {
    renewEntry(waiting, entry);
    if (waiting.size <= most) return;
    dropped += 1;
    takeFirst(waiting, 1);
  };
  return {
    add: (row) => {
      if (rows.length < limits.rows) rows.push(row);
      else dropped += 1;
    },
    remember: (memory) => renew(memories, [keyOf(memory), memory], limits.memories),
    book: (cut) => renew(cuts, [`${cut.hour} ${cut.policyUid}`, cut], limits.cuts),
    adopt: (others, policies) => {
      foreign.push(...others);
      names = policies;
    },
    take: () => {
      if (rows.length + memories.size + cuts.size + foreign.length === 0) return undefined;
      const policies = names;
      names = [];
      return takeBatch({ rows, memories, cuts, foreign }, policies);
    },
    remembers: (node) => memories.has(keyOf(node)),
    queued: () => rows.length + memories.size + cuts.size + foreign.length,
    dropped: () => dropped,
  };
}

function keyOf({ policyUid, nodeUid }: Pick<NodeMemory, 'policyUid' | 'nodeUid'>): string {
  return `${policyUid}/${nodeUid}`;
}

interface Waiting {
  readonly rows: JournalRow[];
  readonly memories: Map<string, NodeMemory>;
  readonly cuts: Map<string, HourCut>;
  readonly foreign: HourlyRow[];
}

function takeBatch({ rows, memories, cuts, foreign }: Waiting, policies: readonly PolicyName[]): Batch {
  const taken = rows.splice(0, BATCH.rows);
  return {
    foreign: foreign.splice(0, BATCH.rows),
    policies,
    rows: taken,
    // Who remembers that a node was counted must not come before the row that says so.
    memories: rows.length > 0 ? [] : takeFirst(memories, BATCH.memories),
    cuts: takeFirst(cuts, BATCH.cuts),
  };
}

/** Behind all others: what was renewed last goes last. */
function renewEntry<T>(waiting: Map<string, T>, [key, value]: readonly [string, T]): void {
  waiting.delete(key);
  waiting.set(key, value);
}

function takeFirst<T>(waiting: Map<string, T>, most: number): readonly T[] {
  const taken: T[] = [];
  for (const [key, value] of waiting) {
    if (taken.length === most) break;
    taken.push(value);
    waiting.delete(key);
  }
  return taken;
}
