/** What crosses the border between the collector's thread and the journal's. */
import type {
  HistoryQuery,
  HourCut,
  HourlyRow,
  PolicyName,
  HourQuery,
  LedgerEntry,
  JournalRow,
  NodeMemory,
  TimeSpan,
  TransitionRow,
} from '@rollcall/contract';
import type { Failure } from './journal-fault.ts';

/** What is written in one transaction. */
export interface Batch {
  readonly rows: readonly JournalRow[];
  readonly memories: readonly NodeMemory[];
  readonly cuts: readonly HourCut[];
  /** Rows of other replicas, and the policies that they are of. */
  readonly foreign: readonly HourlyRow[];
  readonly policies: readonly PolicyName[];
}

/** What a former life left behind. */
export interface Recalled {
  /** By which the rows of this file's collectors are told from those of others. */
  readonly replica: string;
  readonly cuts: readonly HourCut[];
  /** The newest ones, the oldest of them first. */
  readonly transitions: readonly TransitionRow[];
  /** Where a file that could not be read was set aside. */
  readonly setAside: string | undefined;
}

/** What the collector's thread asks; `open` comes first, and again after a failure. With `replica` it goes on under that name, and not with the hours of a former life. */
export type Request =
  | { readonly kind: 'open'; readonly replica: string | undefined }
  | { readonly kind: 'write'; readonly batch: Batch }
  | { readonly kind: 'close' }
  | { readonly kind: 'query'; readonly id: number; readonly query: StoreQuery };

/** A question to the store. */
export type StoreQuery =
  | ({ readonly ask: 'history' } & HistoryQuery)
  | ({ readonly ask: 'lost' } & TimeSpan)
  | ({ readonly ask: 'hours' } & HourQuery)
  | ({ readonly ask: 'lags' } & TimeSpan)
  | { readonly ask: 'joins'; readonly sinceMs: number }
  | { readonly ask: 'newestForeign' }
  /** Not a question alone: answered once the entries are written. */
  | { readonly ask: 'exclude'; readonly entries: readonly LedgerEntry[] }
  | { readonly ask: 'exclusions' };

/** What the journal's thread says. */
export type Reply =
  /** Some of what is remembered; all of it comes before `opened`. */
  | { readonly kind: 'memories'; readonly memories: readonly NodeMemory[] }
  | { readonly kind: 'opened'; readonly recalled: Recalled }
  | { readonly kind: 'written' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'failed'; readonly failure: Failure };
