/** Holds every word of a collector against the truth, at every moment at which it said something new. */
import { daemonSource, type PolicyAnswer } from '@rollcall/contract';
import { createFigureAudit, type FigureAudit } from './audit-figures.ts';
import type { Said, WatchSeen } from './replica.ts';
import type { Seat } from './seat.ts';
import type { SimTime } from './sim-time.ts';
import { DAEMON_SOURCE, type Town } from './town.ts';

/** The auditor of one seat. */
export interface Auditor {
  /** To be told everything that the collector says. */
  hear(what: Said): void;
  /** To be called whenever everything is at rest. */
  look(): void;
  /** What was looked at and found in all: looks, node-milliseconds expected and unobserved. */
  readonly figures: { looks: number; expectedMs: number; unobservedMs: number };
}

/** What it audits, and where a lie goes. */
export interface AuditOptions {
  readonly time: SimTime;
  readonly town: Town;
  readonly seat: () => Seat;
  readonly blame: (fault: string) => void;
}

/**
 * Until silence is detected the last known state counts, which is 120 s within which a watch may be resumed, and then 150 s; some
 * seconds more until a new list is read. Nothing older counts.
 */
const OLDEST_VIEW_MS = 300_000;
/** A collector without any trouble has its caches after so long. */
const START_MS = 1_000;
/** However quiet it is, it is looked at this often. */
const EVERY_MS = 60_000;
/** What is due by itself is dated by its due time, which a look may come up to so much after. */
const DUE_SLACK_MS = 2;

/** What one policy was at the last look, and its integrals since the life began. */
interface Account {
  atMs: number;
  expected: number;
  unobserved: number;
  expectedMs: number;
  unobservedMs: number;
  valid: number;
  good: number;
  dark: number;
  moves: number;
}

interface Book {
  /** Which life the accounts are of. */
  startedMs: number;
  lookedMs: number;
  watches: string;
  dirty: boolean;
  readonly accounts: Map<string, Account>;
  figures: FigureAudit;
}

/** An auditor that has seen nothing. */
export function createAuditor(options: AuditOptions): Auditor {
  const { time, blame } = options;
  const figures: Auditor['figures'] = { looks: 0, expectedMs: 0, unobservedMs: 0 };
  const book: Book = {
    startedMs: -1,
    lookedMs: 0,
    watches: '',
    dirty: true,
    accounts: new Map(),
    figures: createFigureAudit(),
  };
  return {
    figures,
    hear: (what) => {
      book.dirty = true;
      if ('error' in what) blame(`an error was logged: ${what.error}`);
      if (!('node' in what)) return;
      const account = book.accounts.get(what.daemon);
      if (account !== undefined) account.moves += 1;
      if (what.to === 'uncovered') judgeUncovered(options, what);
    },
    look: () => {
      const { life } = options.seat();
      if (life === undefined) return;
      const watches = life.watches();
      const seen = watches.map(({ id, state }) => `${id} ${state}`).join();
      const isNews = book.dirty || seen !== book.watches || book.startedMs !== life.startedMs;
      if (!isNews && time.now() - book.lookedMs < EVERY_MS) return;
      if (book.startedMs !== life.startedMs) {
        book.accounts.clear();
        book.figures = createFigureAudit();
      }
      Object.assign(book, { startedMs: life.startedMs, lookedMs: time.now(), watches: seen, dirty: false });
      figures.looks += 1;
      for (const words of book.figures(life.figures())) blame(words);
      for (const daemon of options.town.daemons) lookAt(options, { book, figures, daemon, watches });
    },
  };
}

/** The one thing that may never be said: that a node is uncovered which was covered for as long as a view may be old. */
function judgeUncovered(
  { time, town, seat, blame }: AuditOptions,
  { daemon, node, reason }: { readonly daemon: string; readonly node: string; readonly reason: string },
): void {
  // Before a probe was seen to change it is dated by what it says: a known limit of a collector that begins with a wrong clock.
  if (reason === 'ProbeStale' && !seat().knowsSources()) return;
  const coveredSinceMs = town.truth(daemon).get(node)?.coveredSinceMs;
  if (coveredSinceMs === undefined) return;
  const oldest = seat().isTroubled() ? time.now() - OLDEST_VIEW_MS : time.now();
  if (coveredSinceMs < oldest)
    blame(`${daemon} ${node} is shown uncovered (${reason}), but has been covered since ${coveredSinceMs / 1000} s`);
}

interface Sight {
  readonly book: Book;
  readonly figures: Auditor['figures'];
  readonly daemon: string;
  readonly watches: readonly WatchSeen[];
}

function lookAt(options: AuditOptions, { book, figures, daemon, watches }: Sight): void {
  const { time, seat, blame } = options;
  const account = book.accounts.get(daemon) ?? createAccount(time.now());
  book.accounts.set(daemon, account);
  advance(account, time.now(), figures);
  const answer = seat().life?.policy(daemon);
  if (answer === undefined) return void Object.assign(account, { expected: 0, unobserved: 0 });
  const { expected, unobserved, uncovered } = answer.counts;
  Object.assign(account, { expected, unobserved });
  const faults = [
    ...checkCounts(answer),
    ...checkCounters(answer, account),
    ...checkWatches(options, { answer, watches }),
  ];
  for (const words of faults) blame(`${daemon}: ${words}`);
  if (uncovered === 0) return;
  for (const { node, reason } of seat().life?.nodes(daemon, 'uncovered') ?? [])
    judgeUncovered(options, { daemon, node, reason: String(reason) });
}

function createAccount(atMs: number): Account {
  return { atMs, expected: 0, unobserved: 0, expectedMs: 0, unobservedMs: 0, valid: 0, good: 0, dark: 0, moves: 0 };
}

/** Brings the integrals up to now: since the last look nothing has changed. */
function advance(account: Account, nowMs: number, figures: Auditor['figures']): void {
  const passed = nowMs - account.atMs;
  account.atMs = nowMs;
  account.expectedMs += account.expected * passed;
  account.unobservedMs += account.unobserved * passed;
  figures.expectedMs += account.expected * passed;
  figures.unobservedMs += account.unobserved * passed;
}

function checkCounts({ counts }: PolicyAnswer): readonly string[] {
  const { expected, covered, uncovered, unobserved } = counts;
  return expected === covered + uncovered + unobserved ? [] : [`the counts do not add up: ${JSON.stringify(counts)}`];
}

/** No counter falls; all seconds of expected nodes are valid or unobserved, and unobserved as many as were shown so. */
function checkCounters({ slis }: PolicyAnswer, account: Account): readonly string[] {
  const sli = slis.find((own) => own.sli === 'coverage');
  if (sli === undefined) return ['the SLI coverage is missing'];
  const { validMs, goodMs, unobservedMs } = sli;
  const faults: string[] = [];
  if (validMs < account.valid || goodMs < account.good || unobservedMs < account.dark) faults.push('a counter fell');
  Object.assign(account, { valid: validMs, good: goodMs, dark: unobservedMs });
  const slack = account.moves * DUE_SLACK_MS;
  if (Math.abs(validMs + unobservedMs - account.expectedMs) > slack)
    faults.push(`valid + unobserved is ${validMs + unobservedMs} ms of ${account.expectedMs} expected node-ms`);
  if (Math.abs(unobservedMs - account.unobservedMs) > slack)
    faults.push(`${unobservedMs} node-ms are counted unobserved, but ${account.unobservedMs} were shown so`);
  return faults;
}

interface Seen {
  readonly answer: PolicyAnswer;
  readonly watches: readonly WatchSeen[];
}

/** Unobserved is what a watch is not live for, and nothing else; and no watch is dark without a cause. */
function checkWatches({ time, town, seat }: AuditOptions, { answer, watches }: Seen): readonly string[] {
  const { covered, unobserved } = answer.counts;
  if (isLit(town, { answer, watches }))
    return unobserved === 0 ? [] : [`${unobserved} nodes are unobserved while every watch is live`];
  const { life } = seat();
  const isYoung = life !== undefined && time.now() - life.startedMs <= START_MS;
  const dark = watches.filter(({ state }) => state !== 'live').map(({ id, state }) => `${id} ${state}`);
  return [
    ...(covered === 0 ? [] : [`${covered} nodes are shown covered while a watch is not live: ${dark.join()}`]),
    ...(isYoung || seat().isTroubled() ? [] : [`a watch is not live without any cause: ${dark.join()}`]),
  ];
}

/** True while every watch that the policy needs is live. */
function isLit(town: Town, { answer, watches }: Seen): boolean {
  const live = watches.filter(({ state }) => state === 'live').map(({ id }) => id);
  const needed = ['nodes', 'daemonsets', ...(asksDaemons(town, answer) ? [daemonSource(DAEMON_SOURCE)] : [])];
  return needed.every((id) => live.includes(id)) && live.some((id) => showsPodsOf(id, answer));
}

/** Only the first policy of a town does. */
function asksDaemons({ registry, daemons }: Town, { namespace, daemonset }: PolicyAnswer): boolean {
  return registry !== undefined && daemons[0] === `${namespace}/${daemonset}`;
}

/** The pods of a DaemonSet are shown by a watch of its selector or by one of its namespace. */
function showsPodsOf(id: string, { namespace, daemonset }: PolicyAnswer): boolean {
  return id === `pods/${namespace}` || (id.startsWith(`pods/${namespace}/`) && id.endsWith(`=${daemonset}`));
}
