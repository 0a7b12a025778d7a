/** The shapes of answers about the past: what the API says of it, and what the CLI prints. */
import type { Owner } from './health-words.ts';
import type { LedgerEntry } from './exclusion-ledger.ts';
import type { MomentRow } from './journal.ts';
import type { ReasonCode } from './reasons.ts';

/** What nodes lost in a span, in uncovered milliseconds, the most first. Names of a policy that nobody remembers are ''. */
export interface TopAnswer {
  /** RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** False: only what this process saw and still holds in memory is in it. */
  readonly durable: boolean;
  readonly nodes: readonly {
    readonly namespace: string;
    readonly daemonset: string;
    readonly node: string;
    readonly pool: string;
    readonly lostMs: number;
    readonly reasons: readonly { readonly reason: ReasonCode; readonly owner: Owner; readonly ms: number }[];
  }[];
  /** By reason over all nodes, those too that are not listed. */
  readonly reasons: readonly {
    readonly namespace: string;
    readonly daemonset: string;
    readonly reason: ReasonCode;
    readonly owner: Owner;
    readonly nodes: number;
    readonly lostMs: number;
  }[];
  /**
   * How old what daemons sent was when it came, in milliseconds, over the hours that the span touches, the worst p99 first; only policies of
   * which something came. Beyond the last step of the histogram (30 min) that step.
   */
  readonly lags: readonly {
    readonly namespace: string;
    readonly daemonset: string;
    readonly count: number;
    readonly p50Ms: number;
    readonly p95Ms: number;
    readonly p99Ms: number;
  }[];
  /** Nodes that lost something and are not listed. */
  readonly notListed: number;
}

/** One moment of a node: `row` as it was kept, `at` in RFC 3339; of a transition for how long it held, null while it does. */
export interface HistoryItem {
  readonly at: string;
  readonly namespace: string;
  readonly daemonset: string;
  readonly durationMs: number | null;
  readonly row: MomentRow;
}

/** The history of a node, newest first. */
export interface HistoryAnswer {
  readonly node: string;
  readonly durable: boolean;
  readonly items: readonly HistoryItem[];
}

/** Good and valid node-milliseconds. */
export interface GoodOfValid {
  readonly validMs: number;
  readonly goodMs: number;
}

/** The ledger of exclusions, oldest entry first, and what it and maintenance windows do to the coverage of the last 30 days. */
export interface ExclusionsAnswer {
  readonly items: readonly LedgerEntry[];
  /** Only policies of which anything was excluded or excused for maintenance. */
  readonly effects: readonly {
    readonly namespace: string;
    readonly daemonset: string;
    readonly raw: GoodOfValid;
    readonly adjusted: GoodOfValid;
    /** Of what may be taken out of a period, a tenth of it. */
    readonly capUsed: number;
  }[];
}
