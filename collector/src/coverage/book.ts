/** Books what a review found: the record's new standing, the counts that follow from it, its timer and its transition. */
import type { JoinRow, NodeState, Policy, RestartRow, TallyName, Transition } from '@rollcall/contract';
import type { DaemonEntry } from '../inventory/index.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { NodeRecord } from './record.ts';
import { countSink } from './sink-state.ts';
import { isInScope, type Standing, type Standings } from './standing.ts';
import type { Instant } from './subject.ts';
import type { Timers } from './timers.ts';
import { countVersions, type Versioned } from './version-counts.ts';

/** One node that moved from one standing to another; undefined stands for not being there. */
export interface Move {
  readonly policy: Policy;
  readonly before: Standing | undefined;
  readonly after: Standing | undefined;
  readonly monoMs: number;
}

/**
 * Something that is no node-second was counted (`by` of it, a whole number above 0), or measured (one of `ms`). `label` is one of the
 * catalogue's, or any where it is open; what a tally is of a policy as a whole has the pool ''.
 */
export interface Tallied {
  readonly policy: Policy;
  readonly pool: string;
  readonly of: TallyName;
  readonly label: string;
  readonly by?: number;
  readonly ms?: number;
  /** The node of which it is counted once only, over all process lives. */
  readonly onceOf?: string;
  readonly monoMs: number;
}

/** Who listens to the roll. Called synchronously, in order of time, must not throw and must not call back into the roll. */
export interface RollSink {
  /** A policy is new or has changed; called before any move that follows from it. */
  adopted(policy: Policy, now: Instant): void;
  /** A policy is gone; called after its last move. */
  dropped(policy: Policy): void;
  moved(move: Move): void;
  /** In the order of time among moves and tallies. One of a policy that was never adopted counts nothing. */
  tallied(tally: Tallied): void;
  transition(transition: Transition): void;
  /** What else the journal keeps of a moment. */
  happened(row: JoinRow | RestartRow): void;
  /** What the journal should keep of a node changed. */
  remember(roll: PolicyRoll, record: NodeRecord, now: Instant): void;
}

/** A timer's target. */
export interface Due {
  readonly roll: PolicyRoll;
  readonly key: string;
}

/** What booking needs. */
export interface Books {
  readonly cluster: string;
  readonly standings: Standings;
  readonly timers: Timers<Due>;
  readonly sink: RollSink;
  sequence: number;
}

/** What is to be booked of one record; `evidence` is asked for only when there is a transition. */
export interface Entry {
  readonly record: NodeRecord;
  readonly standing: Standing | undefined;
  readonly dueMono: number;
  readonly now: Instant;
  readonly evidence: () => string;
  /** The Daemon that speaks for the node now. */
  readonly daemon?: DaemonEntry | undefined;
  readonly crossedScope?: boolean;
}

/** Books an entry. A standing of `undefined` takes the record off the roll. */
export function book(books: Books, roll: PolicyRoll, entry: Entry): void {
  const { record, now } = entry;
  const before = record.standing;
  const after = entry.standing === undefined ? undefined : books.standings(entry.standing);
  setTimer(books, roll, entry);
  enroll(roll, record, { before, after });
  if (record.daemon !== entry.daemon || before !== after) countDaemon(roll, entry, { before, after });
  record.standing = after;
  // A phantom has no past.
  if ((before !== after || entry.crossedScope === true) && record.name !== '') books.sink.remember(roll, record, now);
  if (before === after) return;
  count(roll, record, { before, after });
  books.sink.moved({ policy: roll.policy, before, after, monoMs: now.monoMs });
  if (isTransition(before, after)) transit(books, roll, { entry, before, after });
}

function enroll({ records, restarted }: PolicyRoll, record: NodeRecord, { before, after }: Change): void {
  if (after === undefined) {
    records.delete(record.key);
    restarted.delete(record);
  } else if (before === undefined) records.set(record.key, record);
}

function setTimer(
  { timers }: Books,
  roll: PolicyRoll,
  { record, dueMono, now }: Pick<Entry, 'record' | 'dueMono' | 'now'>,
): void {
  // Whoever asks to be looked at again at once would be looked at for ever.
  const due = dueMono === Infinity ? undefined : Math.max(dueMono, now.monoMs + 1);
  if (record.dueMono === due) return;
  record.dueMono = due;
  if (due !== undefined) timers.add(due, { roll, key: record.key });
}

/** Lets a record be looked at anew as soon as may be. */
export function wake(books: Books, roll: PolicyRoll, { record, now }: Pick<Entry, 'record' | 'now'>): void {
  setTimer(books, roll, { record, dueMono: now.monoMs, now });
}

interface Change {
  readonly before: Standing | undefined;
  readonly after: Standing | undefined;
}

function count(roll: PolicyRoll, record: NodeRecord, { before, after }: Change): void {
  if (after?.state === 'uncovered') roll.uncovered.add(record);
  else if (before?.state === 'uncovered') roll.uncovered.delete(record);
  if (after !== undefined) roll.pools.keep(after.pool);
  // A phantom is no node that is there.
  if (record.name === '') return;
  countNode(roll, before, -1);
  countNode(roll, after, 1);
  countSink(roll.sink, before, -1);
  countSink(roll.sink, after, 1);
}

function countDaemon(roll: PolicyRoll, { record, daemon }: Entry, { before, after }: Change): void {
  const left = versioned(before, record.daemon);
  record.daemon = daemon;
  const came = versioned(after, daemon);
  if (left !== undefined || came !== undefined) countVersions(roll.versions, left, came);
}

function versioned(standing: Standing | undefined, daemon: DaemonEntry | undefined): Versioned | undefined {
  if (standing === undefined || daemon === undefined || !isInScope(standing)) return undefined;
  return { pool: standing.pool, daemon: daemon.object };
}

function countNode(roll: PolicyRoll, standing: Standing | undefined, by: number): void {
  if (standing === undefined) return;
  if (standing.eligible) roll.eligible += by;
  if (isInScope(standing)) addInScope(roll, standing.pool, by);
}

function addInScope(roll: PolicyRoll, pool: string, by: number): void {
  const left = (roll.inScope.get(pool) ?? 0) + by;
  if (left === 0) roll.inScope.delete(pool);
  else roll.inScope.set(pool, left);
}

function isTransition(before: Standing | undefined, after: Standing | undefined): boolean {
  return before?.state !== after?.state || whyOf(before) !== whyOf(after);
}

function whyOf(standing: Standing | undefined): string {
  if (standing === undefined) return '';
  return standing.state === 'excused' ? standing.excuse : standing.reason;
}

function transit(books: Books, roll: PolicyRoll, change: Change & { readonly entry: Entry }): void {
  const { before, after, entry } = change;
  const { record, now } = entry;
  if (before?.state !== after?.state) record.sinceMono = now.monoMs;
  books.sequence += 1;
  const stateOf = (standing: Standing | undefined): NodeState | 'absent' => standing?.state ?? 'absent';
  books.sink.transition({
    sequence: books.sequence,
    cluster: books.cluster,
    policyUid: roll.policy.uid,
    nodeUid: record.uid,
    node: record.name,
    pool: (after ?? before)?.pool ?? '',
    from: stateOf(before),
    to: stateOf(after),
    reason: whyOf(after),
    evidence: entry.evidence(),
    wallMs: now.wallMs,
  });
}
