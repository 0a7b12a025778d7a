/** The journal in a file: what is appended waits in a bounded queue, and a thread of its own writes it. */
import type { HourlyRow, Journal, JournalReader, JournalStatus, LedgerEntry, PolicyName } from '@rollcall/contract';
import { createMoments } from './memory-journal.ts';
import { createRowQueue } from './row-queue.ts';
import { createScribe, type Scribe, type ScribeHost } from './scribe.ts';
import type { Past } from './scribe-state.ts';

/** A journal that outlives the process. */
export interface DurableJournal extends Journal, JournalReader {
  status(): JournalStatus;
  /** The newest hour of another replica that is kept here; undefined without any. */
  newestForeign(): Promise<number | undefined>;
  /** Adds entries that are not there yet; resolves with how many came, once they are written. */
  exclude(entries: readonly LedgerEntry[]): Promise<number>;
  exclusions(): Promise<readonly LedgerEntry[]>;
  /** Keeps rows of other replicas; rows of its own are left out. */
  adopt(rows: readonly HourlyRow[], policies: readonly PolicyName[]): void;
  /** What an operator has to know now; empty while all is well. */
  notes(): readonly string[];
  /** Writes what waits, if the disk lets it within some seconds, and ends the thread. May be called twice. */
  close(): Promise<void>;
}

/** What it works with. */
export interface DurableJournalHost extends Omit<ScribeHost, 'queue'> {
  /** How long a start waits for the past where another process holds the file, or the disk does not answer; default ten seconds. */
  readonly openLimitMs?: number;
}

/** Opens the journal. Never rejects: a file that cannot be opened is tried again and again while the collector goes on without its past. */
export async function openDurableJournal(host: DurableJournalHost): Promise<DurableJournal> {
  const queue = createRowQueue();
  const scribe = createScribe({ ...host, queue });
  const past = await waitForPast(scribe, host);
  const moments = createMoments();
  for (const row of past?.transitions ?? []) moments.append(row);
  let [memories, cuts] = [past?.memories ?? [], past?.cuts ?? []];
  return {
    durable: true,
    append: (row) => {
      moments.append(row);
      queue.add(row);
    },
    settle: scribe.settle,
    remember: queue.remember,
    book: queue.book,
    recall: () => {
      const told = memories;
      // Nobody asks again, and of many nodes it is much.
      memories = [];
      return told;
    },
    cuts: () => {
      const told = cuts;
      cuts = [];
      return told;
    },
    transitions: moments.transitions,
    shed: moments.shed,
    ...readerOf(scribe),
    newestForeign: () => scribe.ask({ ask: 'newestForeign' }),
    ...ledgerOf(scribe),
    adopt: (rows, policies) => queue.adopt(rows, policies),
    status: scribe.status,
    notes: scribe.notes,
    close: scribe.close,
  };
}

function readerOf(scribe: Scribe): JournalReader {
  return {
    history: (query) => scribe.ask({ ask: 'history', ...query }),
    lost: (span) => scribe.ask({ ask: 'lost', ...span }),
    hours: (query) => scribe.ask({ ask: 'hours', ...query }),
    lags: (span) => scribe.ask({ ask: 'lags', ...span }),
    joins: (sinceMs) => scribe.ask({ ask: 'joins', sinceMs }),
  };
}

function ledgerOf(scribe: Scribe): Pick<DurableJournal, 'exclude' | 'exclusions'> {
  return {
    exclude: (entries) => scribe.ask({ ask: 'exclude', entries }),
    exclusions: () => scribe.ask({ ask: 'exclusions' }),
  };
}

function waitForPast(scribe: Scribe, { timers, openLimitMs = 10_000 }: DurableJournalHost): Promise<Past | undefined> {
  return new Promise((resolve) => {
    const giveUp = (): void => {
      scribe.renounce();
      resolve(undefined);
    };
    const cancel = timers.after(openLimitMs, giveUp);
    scribe.onRefused(() => {
      cancel();
      giveUp();
    });
    scribe.onOpened((recalled) => {
      cancel();
      resolve(recalled);
    });
  });
}
