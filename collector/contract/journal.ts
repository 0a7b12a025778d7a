/** The rows that the journal keeps, and the port through which they get there. */
import type { NodeMemory, Transition } from './transition.ts';
import type { ExcuseCode } from './health-words.ts';
import type { ReasonCode } from './reasons.ts';
import type { SliName } from './slis.ts';

/** A transition as a row. */
export interface TransitionRow extends Transition {
  readonly kind: 'transition';
}

/** What a row about one node says of it. `policyUid` and `node` are '' where it is about no single one; `wallMs` is when it happened. */
interface AboutNode {
  readonly cluster: string;
  readonly policyUid: string;
  readonly nodeUid: string;
  readonly node: string;
  readonly pool: string;
  readonly wallMs: number;
}

/** How the join of a node ended. `stages` are milliseconds by stage, those that were measured. */
export interface JoinRow extends AboutNode {
  readonly kind: 'join';
  readonly outcome: 'in_time' | 'late' | 'abandoned';
  readonly stages: Readonly<Record<string, number>>;
}

/** Restarts of a container of the daemon, seen at once. */
export interface RestartRow extends AboutNode {
  readonly kind: 'restart';
  readonly container: string;
  readonly count: number;
  /** Why the last run ended, as its container says, such as OOMKilled. */
  readonly reason: string;
  readonly message: string;
}

/** A Kubernetes Event. A later row with the same `eventUid` replaces an earlier one; `wallMs` is when it happened last. */
export interface EventRow extends AboutNode {
  readonly kind: 'event';
  readonly eventUid: string;
  /** What it is about, as Kind/namespace/name, without the namespace where there is none. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  /** Normal or Warning. */
  readonly type: string;
  readonly component: string;
  readonly count: number;
}

/**
 * What a row about one hour of a policy is keyed by; `hour` is its beginning, wall-clock milliseconds. A later row with the same key
 * replaces an earlier one: rows hold the totals of the hour so far. `replica` is '' for the one that appends it.
 */
interface AboutHour {
  readonly cluster: string;
  readonly policyUid: string;
  readonly hour: number;
  readonly replica: string;
}

/** Of what a total of an hour is: '' all of the SLI, a reason's part of the uncovered time, or an excuse's, which is in no other part. */
export type HourReason = '' | ReasonCode | `excused:${ExcuseCode}`;

/**
 * Integer node-milliseconds of one hour. Of an excuse they say what the time would have been: covered is `goodMs`, uncovered the rest of
 * `validMs`.
 */
export interface HourRow extends AboutHour {
  readonly kind: 'hour';
  readonly pool: string;
  readonly sli: SliName;
  readonly reason: HourReason;
  readonly validMs: number;
  readonly goodMs: number;
  readonly unobservedMs: number;
}

/** Integer node-milliseconds of one hour that nodes were excluded for by a rule. */
export interface ExclusionRow extends AboutHour {
  readonly kind: 'exclusion';
  readonly pool: string;
  readonly rule: string;
  readonly nodeMs: number;
}

/** How old what daemons sent was when it came, in one hour: `counts[i]` of at most `boundsMs[i]` and more than the bound before, the last one of more than all. */
export interface LagRow extends AboutHour {
  readonly kind: 'lag';
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/**
 * One policy's hour up to an instant: its totals so far, and how many nodes were expected then of each SLI (reason '') or excused. It is
 * what a collector that starts again finds at the end of its own past: from there on nobody looked.
 */
export interface HourCut {
  readonly cluster: string;
  readonly policyUid: string;
  readonly namespace: string;
  readonly daemonset: string;
  readonly hour: number;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
  readonly nodes: readonly (Pick<HourRow, 'pool' | 'sli' | 'reason'> & { readonly nodes: number })[];
  readonly rows: readonly HourlyRow[];
}

/** What happened at an instant. */
export type MomentRow = TransitionRow | JoinRow | RestartRow | EventRow;

/** Totals of an hour. */
export type HourlyRow = HourRow | ExclusionRow | LagRow;

/** Any row. */
export type JournalRow = MomentRow | HourlyRow;

/**
 * History, durable or not. Owned by the shell: `append`, `remember` and `book` never throw, never block and may drop when full
 * (counted); `recall` and `cuts` are read once, before the first event; `transitions` answers newest first.
 */
export interface Journal {
  /** True when what it holds outlives the process. */
  readonly durable: boolean;
  append(row: JournalRow): void;
  /**
   * Calls `run` once what was appended until now, and what is remembered of this node by now, outlives the process; at once where the journal is
   * not written, and after some seconds where the disk does not answer. Absent where nothing outlives it. `run` must not throw.
   */
  settle?: ((node: Pick<NodeMemory, 'policyUid' | 'nodeUid'>, run: () => void) => void) | undefined;
  remember(memory: NodeMemory): void;
  /** Takes a policy's hour as it now is; a later cut of the same hour replaces an earlier one. */
  book(cut: HourCut): void;
  recall(): readonly NodeMemory[];
  /** The last cut of each policy in a former life. */
  cuts(): readonly HourCut[];
  transitions(policyUid: string, nodeUid: string, limit: number): readonly Transition[];
  /**
   * Drops history to free memory, down to `share` (0 to 1) of the most that is ever kept here; answers how many rows went. Only
   * moments that were to be answered from memory go, the oldest first: no state, count or counter depends on them, and memories, which
   * judgements depend on, all stay. What comes afterwards is kept as before. May be called again at any time.
   */
  shed(share: number): number;
}
