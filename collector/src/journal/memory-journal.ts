/** The journal's in-memory twin: the last moments and what is remembered of each node, gone with the process. */
import type {
  HourCut,
  Journal,
  JournalReader,
  JournalRow,
  LagRow,
  MomentRow,
  NodeMemory,
  PolicyName,
  Transition,
  TransitionRow,
} from '@rollcall/contract';
import { byAge } from './by-age.ts';
import { sumLost } from './lost-time.ts';
import { renewMemory } from './renew-memory.ts';

/** Moments that are kept at most; about 300 bytes each. */
const MOST_MOMENTS = 5_000;

/** What a memory journal needs: how much it keeps, and the time up to which what it saw last holds. */
export interface MemoryJournalOptions {
  readonly limit?: number;
  readonly wallMs?: () => number;
}

/** An empty journal; `limit` bounds its moments, the oldest go first. Of hours only the last cut of each policy is kept: a process has its counters. */
export function createMemoryJournal({ limit = MOST_MOMENTS, wallMs = Date.now }: MemoryJournalOptions = {}): Journal &
  JournalReader {
  const memories = new Map<string, NodeMemory>();
  const cuts = new Map<string, HourCut>();
  const { all, ...moments } = createMoments(limit);
  const names = (): readonly PolicyName[] =>
    [...cuts.values()].map(({ policyUid, cluster, namespace, daemonset }) => ({
      policyUid,
      cluster,
      namespace,
      daemonset,
    }));
  return {
    durable: false,
    ...moments,
    remember: (memory) => {
      const key = keyOf(memory.policyUid, memory.nodeUid);
      memories.delete(key);
      memories.set(key, memory);
      // In halves: to delete the first key of a Map again and again walks over all that were deleted before.
      if (memories.size > 2 * limit)
        for (const old of [...memories.keys()].slice(0, memories.size - limit)) memories.delete(old);
    },
    recall: () => [...memories.values()].map((memory) => renewMemory(memory, cuts.get(memory.policyUid)?.atMs)),
    book: (cut) => void cuts.set(cut.policyUid, cut),
    cuts: () => [...cuts.values()],
    history: ({ node, limit: most, beforeMs }) => {
      const own = all().filter((row) => row.node === node && row.wallMs < beforeMs);
      const items = own.toSorted(byAge).filter(isNewest()).slice(0, most);
      return Promise.resolve({ items, policies: names() });
    },
    lost: (span) => {
      const nodes = sumLost([{ lastMs: wallMs(), transitions: inOrder(all()) }], span);
      return Promise.resolve({ nodes, policies: names() });
    },
    lags: () => Promise.resolve(lagsOf(cuts.values())),
    joins: () => Promise.resolve([]),
    hours: () => Promise.resolve({ items: [], policies: names(), exclusions: [], next: undefined }),
  };
}

function inOrder(rows: readonly MomentRow[]): readonly TransitionRow[] {
  const transitions = rows.filter((row) => row.kind === 'transition');
  return transitions.toSorted((one, other) => one.sequence - other.sequence);
}

/** Those of the running hour: of others the process has its counters. */
function lagsOf(cuts: Iterable<HourCut>): readonly LagRow[] {
  return [...cuts].flatMap(({ rows }) => rows.filter((row) => row.kind === 'lag'));
}

/** Of an event that was told again and again, the first one that is met. */
function isNewest(): (row: MomentRow) => boolean {
  const met = new Set<string>();
  return (row) => {
    if (row.kind !== 'event') return true;
    const isNew = !met.has(row.eventUid);
    met.add(row.eventUid);
    return isNew;
  };
}

/** The last moments alone, as a journal answers them from memory. */
export function createMoments(
  limit = MOST_MOMENTS,
): Pick<Journal, 'append' | 'transitions' | 'shed'> & { all(): readonly MomentRow[] } {
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
      if (isHourly(row)) return;
      const key = keyOf(row.policyUid, row.nodeUid);
      const own = byNode.get(key);
      if (own === undefined) byNode.set(key, [row]);
      else own.push(row);
      order.push(key);
      dropTo(limit);
      if (dropped > limit) compact();
    },
    transitions: (policyUid, nodeUid, most) => newestOf(byNode.get(keyOf(policyUid, nodeUid)) ?? [], most),
    shed: (share) => {
      const before = count();
      dropTo(limit * share);
      compact();
      return before - count();
    },
    all: () => [...byNode.values()].flat(),
  };
}

function newestOf(rows: readonly MomentRow[], most: number): readonly Transition[] {
  const transitions = rows.filter((row) => row.kind === 'transition');
  return transitions.toReversed().slice(0, most).map(toTransition);
}

function isHourly(row: JournalRow): row is Exclude<JournalRow, MomentRow> {
  return row.kind === 'hour' || row.kind === 'exclusion' || row.kind === 'lag';
}

function toTransition(row: TransitionRow): Transition {
  const { sequence, cluster, policyUid, nodeUid, node, pool, from, to, reason, evidence, wallMs } = row;
  return { sequence, cluster, policyUid, nodeUid, node, pool, from, to, reason, evidence, wallMs };
}

function forgetOldest(byNode: Map<string, MomentRow[]>, key: string | undefined): void {
  const own = key === undefined ? undefined : byNode.get(key);
  own?.shift();
  if (key !== undefined && own?.length === 0) byNode.delete(key);
}

function keyOf(policyUid: string, nodeUid: string): string {
  return `${policyUid}/${nodeUid}`;
}
