/** What is asked of the journal's past, and how it is doing. */
import type { LedgerEntry } from './exclusion-ledger.ts';
import type { HourlyRow, LagRow, MomentRow } from './journal.ts';
import type { JoinCount } from './objectives.ts';
import type { ReasonCode } from './reasons.ts';

/** How a journal is doing: `memory` when there is no file, `opening` and `writing` when all is well, else why it is not written. */
export const JOURNAL_STATES = [
  'memory',
  'opening',
  'writing',
  'full',
  'readOnly',
  'locked',
  'corrupt',
  'unreachable',
  'hanging',
  'failed',
] as const;

/** One of JOURNAL_STATES. */
export type JournalState = (typeof JOURNAL_STATES)[number];

/** A journal's own health; counts since the process began. */
export interface JournalStatus {
  readonly state: JournalState;
  /** Rows that wait to be written. */
  readonly queued: number;
  /** Rows that found no room in the queue, or that could not be written. */
  readonly dropped: number;
  readonly written: number;
  /** Since anything was last written; undefined before that. */
  readonly lastWriteAgeMs: number | undefined;
}

/** Which moments of a node, by its name: the newest ones before a time. */
export interface HistoryQuery {
  readonly node: string;
  readonly limit: number;
  readonly beforeMs: number;
}

/** A span of wall-clock time, its end not in it. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Hourly rows from a time on, behind the key at which another page ended. */
export interface HourQuery {
  readonly sinceMs: number;
  readonly limit: number;
  readonly after: string | undefined;
  /** True: of each policy's hour only the rows of that replica which observed the most of it. */
  readonly best: boolean;
}

/** By what a policy was known when it was last in force. */
export interface PolicyName {
  readonly policyUid: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly daemonset: string;
}

/** A page of hourly rows of all replicas; `next` continues behind the last one when more follow. */
export interface HourPage {
  readonly items: readonly HourlyRow[];
  readonly policies: readonly PolicyName[];
  /** The whole ledger, oldest first: rows are as they were counted, whoever reckons leaves out what it excludes. */
  readonly exclusions: readonly LedgerEntry[];
  readonly next: string | undefined;
}

/** Moments of a node, newest first, and the policies that they are about. */
export interface History {
  readonly items: readonly MomentRow[];
  readonly policies: readonly PolicyName[];
}

/** Uncovered milliseconds of one node, by primary reason, the most first. */
export interface LostNode {
  readonly policyUid: string;
  readonly nodeUid: string;
  readonly node: string;
  readonly pool: string;
  readonly lostMs: number;
  readonly reasons: readonly { readonly reason: ReasonCode; readonly ms: number }[];
}

/** What the nodes of all policies lost in a span, the most first. */
export interface LostTime {
  readonly nodes: readonly LostNode[];
  readonly policies: readonly PolicyName[];
}

/** Reads history. Rejects while the journal cannot be read, with why. */
export interface JournalReader {
  history(query: HistoryQuery): Promise<History>;
  lost(span: TimeSpan): Promise<LostTime>;
  hours(query: HourQuery): Promise<HourPage>;
  /** Lags of the hours that the span touches, of each policy's hour those of the replica that observed the most of it. */
  lags(span: TimeSpan): Promise<readonly LagRow[]>;
  /** Joins that ended since then, by policy and hour: those that this collector itself saw. */
  joins(sinceMs: number): Promise<readonly JoinCount[]>;
}
