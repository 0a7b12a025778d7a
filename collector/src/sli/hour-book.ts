/**
 * Totals by the hour, for the journal: of the policy's series what has been added since the hour began, with what a former life left
 * of it. A boundary is cut before anything behind it is counted, so that an hour is exact to the millisecond.
 */
import type { HourCut, Policy } from '@rollcall/contract';
import type { Instant } from '../coverage/index.ts';
import { addCounts, NO_COUNTS, readCounts, subtractCounts, sumCounts, toHourRows, type Counts } from './hour-counts.ts';
import { countNodes, unobservedTotals } from './hour-totals.ts';
import { bucketsOf, type Ledger } from './ledger.ts';

/** The hours of all policies. */
export interface HourBook {
  /** A policy is new, has changed, or has another DaemonSet; called before any of its nodes is counted. */
  adopted(policy: Policy): void;
  /** A policy is gone, or leaves its DaemonSet; called after its last node. */
  dropped(policy: Policy): void;
  /** Nodes of a policy begin to be counted, if they were not before: what lies behind its last cut was not observed. */
  counts(policy: Policy): void;
  /**
   * Ends the hours that end by `now`; called before anything of `now` is counted. `advance` fires what is due by an instant and answers
   * the instant up to which all is known: while that lies before the end of the hour, the hour goes on.
   */
  reach(now: Instant, advance: (to: Instant) => Instant): void;
  /** Books every policy's hour as it is at `now`; `started` says of which the nodes are known. */
  cut(now: Instant, started: (policy: Policy) => boolean): void;
}

/** What it works with; `book` takes the cuts, `past` are the last ones of a former life. */
export interface HourBookHost {
  readonly cluster: string;
  readonly ledger: Pick<Ledger, 'read'>;
  readonly past: readonly HourCut[];
  book(cut: HourCut): void;
}

const HOUR_MS = 3_600_000;
/** So long a gap is filled at most: who was away for longer has other things to mend. */
const LONGEST_GAP_MS = 31 * 24 * HOUR_MS;
/** A last hour that lies further ahead than this was written by a clock that was wrong. */
const AHEAD_MS = 24 * HOUR_MS;

interface Account {
  policy: Policy;
  /** What the series held when this hour, or this policy, began. */
  base: Counts;
  /** What the hour holds besides: of a former life, of a gap, of an earlier time under the same policy. */
  carried: Counts;
  /** The last cut of a former life, until nodes are counted again. */
  past: HourCut | undefined;
}

interface Book extends HourBookHost {
  readonly accounts: Map<string, Account>;
  /** Of policies that went within the hour. */
  readonly left: Map<string, Counts>;
  readonly unclaimed: Map<string, HourCut>;
  hour: number | undefined;
  latest: Instant;
}

/** An empty book. */
export function createHourBook(host: HourBookHost): HourBook {
  const book: Book = {
    ...host,
    accounts: new Map(),
    left: new Map(),
    unclaimed: new Map(host.past.map((cut) => [cut.policyUid, cut])),
    hour: undefined,
    latest: { monoMs: 0, wallMs: 0 },
  };
  return {
    adopted: (policy) => adopt(book, policy),
    dropped: (policy) => drop(book, policy),
    counts: (policy) => {
      const account = book.accounts.get(keyOf(policy));
      if (account?.past !== undefined) closeGap(book, account);
    },
    reach: (now, advance) => reach(book, now, advance),
    cut: (now, started) => {
      book.latest = now;
      for (const account of book.accounts.values()) {
        if (account.past !== undefined && started(account.policy)) closeGap(book, account);
        if (account.past === undefined) bookAccount(book, account);
      }
    },
  };
}

function keyOf({ namespace, daemonset }: Policy): string {
  return `${namespace}/${daemonset}`;
}

function adopt(book: Book, policy: Policy): void {
  const known = book.accounts.get(keyOf(policy));
  if (known?.policy.uid === policy.uid) {
    known.policy = policy;
    return;
  }
  // From here on the series counts for the other one.
  if (known !== undefined) close(book, known);
  const past = book.unclaimed.get(policy.uid);
  book.unclaimed.delete(policy.uid);
  const carried = book.left.get(policy.uid) ?? NO_COUNTS;
  book.left.delete(policy.uid);
  book.accounts.set(keyOf(policy), { policy, base: countsNow(book, policy), carried, past });
}

function drop(book: Book, policy: Policy): void {
  const account = book.accounts.get(keyOf(policy));
  if (account?.policy.uid !== policy.uid) return;
  close(book, account);
  book.accounts.delete(keyOf(policy));
}

function close(book: Book, account: Account): void {
  const { policy, past } = account;
  // It was never counted in this life: should it come again, its gap is still open.
  if (past !== undefined) return void book.unclaimed.set(policy.uid, past);
  bookAccount(book, account, []);
  book.left.set(policy.uid, countsOf(book, account));
}

function countsNow({ ledger, latest }: Book, policy: Policy): Counts {
  return sumCounts(ledger.read(policy, latest.monoMs));
}

function countsOf(book: Book, { policy, base, carried }: Account): Counts {
  return addCounts(subtractCounts(countsNow(book, policy), base), carried);
}

function bookAccount(book: Book, account: Account, nodes?: HourCut['nodes']): void {
  const { policy } = account;
  const series = book.ledger.read(policy, book.latest.monoMs);
  const standing = nodes ?? countNodes(series === undefined ? [] : bucketsOf(series));
  send(book, policy, {
    hour: hourOf(book),
    atMs: book.latest.wallMs,
    nodes: standing,
    counts: countsOf(book, account),
  });
}

interface Sent extends Pick<HourCut, 'hour' | 'atMs' | 'nodes'> {
  readonly counts: Counts;
}

function send({ cluster, book }: Book, policy: Policy, { hour, atMs, nodes, counts }: Sent): void {
  const { uid: policyUid, namespace, daemonset } = policy;
  const about = { cluster, policyUid, hour };
  book({ ...about, namespace, daemonset, atMs, nodes, rows: toHourRows(counts, about) });
}

/** The hour that is booked now. It never goes back: time under a clock that was set back goes on in the hour that it was in. */
function hourOf(book: Book): number {
  return (book.hour ??= firstHour(book));
}

function firstHour({ past, latest }: Book): number {
  const now = floorHour(latest.wallMs);
  const last = Math.max(now, ...past.map(({ hour }) => hour));
  return last - now <= AHEAD_MS ? last : now;
}

function floorHour(wallMs: number): number {
  return wallMs - (wallMs % HOUR_MS);
}

function reach(book: Book, now: Instant, advance: (to: Instant) => Instant): void {
  if (book.hour === undefined) {
    book.latest = now;
    book.hour = firstHour(book);
  }
  while (now.wallMs >= book.hour + HOUR_MS) {
    const wallMs = book.hour + HOUR_MS;
    const monoMs = now.monoMs - (now.wallMs - wallMs);
    const at = advance({ monoMs, wallMs });
    if (at.monoMs < monoMs) return;
    // Of a clock that was set forth the end of the hour is when it was set.
    book.latest = { monoMs: at.monoMs, wallMs: Math.max(wallMs, now.wallMs - (now.monoMs - at.monoMs)) };
    turn(book, wallMs);
  }
  if (now.monoMs >= book.latest.monoMs) book.latest = now;
}

/** Ends the hour; the next one is that of the clock. */
function turn(book: Book, endMs: number): void {
  const { latest } = book;
  for (const account of book.accounts.values()) {
    if (account.past !== undefined) continue;
    const { policy } = account;
    const series = book.ledger.read(policy, latest.monoMs);
    const nodes = countNodes(series === undefined ? [] : bucketsOf(series));
    send(book, policy, { hour: hourOf(book), atMs: endMs, nodes, counts: countsOf(book, account) });
    account.base = countsNow(book, policy);
    account.carried = NO_COUNTS;
  }
  book.left.clear();
  book.hour = floorHour(latest.wallMs);
}

/** Books the time between a former life's last cut and now as unobserved, for the nodes that were expected then, hour by hour. */
function closeGap(book: Book, account: Account): void {
  const { policy, past } = account;
  if (past === undefined) return;
  account.past = undefined;
  const [current, endMs] = [hourOf(book), book.latest.wallMs];
  let [fromMs, hour] = [Math.max(past.atMs, endMs - LONGEST_GAP_MS), past.hour];
  let counts = readCounts(past.rows);
  if (floorHour(fromMs) > hour) {
    if (hour < current) send(book, policy, { hour, atMs: fromMs, nodes: past.nodes, counts });
    [hour, counts] = [Math.min(current, floorHour(fromMs)), hour === current ? counts : NO_COUNTS];
  }
  while (hour < current) {
    const untilMs = Math.min(endMs, hour + HOUR_MS);
    const gap = unobserved(past, untilMs - fromMs);
    send(book, policy, { hour, atMs: Math.max(untilMs, fromMs), nodes: past.nodes, counts: addCounts(counts, gap) });
    [fromMs, hour, counts] = [Math.max(untilMs, fromMs), hour + HOUR_MS, NO_COUNTS];
  }
  const rest = unobserved(past, endMs - fromMs);
  account.carried = addCounts(account.carried, addCounts(hour === current ? counts : NO_COUNTS, rest));
}

function unobserved({ nodes }: HourCut, ms: number): Counts {
  return { ...NO_COUNTS, totals: unobservedTotals(nodes, Math.max(0, ms)) };
}
