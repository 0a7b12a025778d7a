/** One reading of a policy's figures: everything cut at one instant; what /metrics and the API render. */
import type {
  ComponentName,
  Counts,
  ExcuseCode,
  LayerName,
  Owner,
  ReasonCode,
  SliName,
  TallyName,
  Verdict,
} from '@rollcall/contract';
import type { MaintenanceReading, OrderlyNodes, PoolReports, PoolUsage, WorstNode } from '../coverage/index.ts';

/** The figures of one node pool; node-milliseconds are integers since the process began. */
export interface PoolReading {
  readonly pool: string;
  readonly counts: Counts;
  /** Uncovered nodes that an orderly change explains. */
  readonly orderly: OrderlyNodes;
  readonly layers: readonly { readonly layer: LayerName; readonly good: number }[];
  readonly excluded: readonly { readonly rule: string; readonly nodes: number }[];
  /** Of those that no orderly change explains; 0 without any. */
  readonly longestUncoveredMs: number;
  readonly slis: readonly SliReading[];
  readonly reasons: readonly ReasonReading[];
  readonly excuses: readonly ExcuseReading[];
  /** Nodes by the version that their Daemon reports; none unless the policy asks for the Daemon layer. */
  readonly versions: readonly VersionReading[];
  /** What was counted or measured in the pool, as far as the policy asks for it. */
  readonly tallies: readonly TallyReading[];
  /** Undefined unless the policy asks for the Daemon layer and a node of the pool has a Daemon that was probed. */
  readonly probeAgeMaxMs: number | undefined;
  /** The worst that agents and backends report; undefined unless the policy asks for them and some came. */
  readonly reports: PoolReports | undefined;
  /** What its daemons use; undefined where nobody tells. */
  readonly usage: PoolUsage | undefined;
}

/** Nodes whose Daemon reports that version; `unknown` for one that reports none, `other` beyond the commonest ones. */
export interface VersionReading {
  readonly component: ComponentName;
  readonly version: string;
  readonly nodes: number;
}

/**
 * What was counted under one label: `slots` holds that number; of what is measured how often it was at most each bound and more than the
 * bound before, how often more than all, and the sum in milliseconds.
 */
export interface TallyReading {
  readonly of: TallyName;
  readonly label: string;
  readonly slots: readonly number[];
}

/** One SLI's integrals in a pool. */
export interface SliReading {
  readonly sli: SliName;
  readonly validMs: number;
  readonly goodMs: number;
  readonly unobservedMs: number;
}

/** What one window of an objective comes to, as ratios. */
export interface WindowReading {
  readonly sli: SliName;
  /** Such as 30d, or Month. */
  readonly window: string;
  readonly attainment: number;
  readonly budgetRemaining: number;
  /** As if nothing had been excluded. */
  readonly budgetRemainingRaw: number;
}

/** Uncovered nodes and time by primary reason. */
export interface ReasonReading {
  readonly reason: ReasonCode;
  readonly owner: Owner;
  readonly nodes: number;
  readonly ms: number;
}

/** Excused nodes and time by excuse and what the node would have been. */
export interface ExcuseReading {
  readonly reason: ExcuseCode;
  readonly verdict: Verdict;
  readonly nodes: number;
  readonly ms: number;
}

/** An uncovered node by name; `node` is '' for a phantom. */
export interface UncoveredNode {
  readonly node: string;
  readonly pool: string;
  readonly reason: ReasonCode;
  readonly sinceMono: number;
}

/** One policy's figures. */
export interface PolicyReading {
  readonly namespace: string;
  readonly daemonset: string;
  /** False until nodes and DaemonSets were listed once: its counts are zeros till then, and mean nothing. */
  readonly started: boolean;
  /** Who answers for the policy, what its daemon is for, and how the DaemonSet rolls out, '' while that is not known. */
  readonly info: {
    readonly team: string;
    readonly contact: string;
    readonly purpose: string;
    readonly strategy: 'RollingUpdate' | 'OnDelete' | '';
  };
  /** When the counters of this series began, wall-clock milliseconds. */
  readonly createdWallMs: number;
  readonly pools: readonly PoolReading[];
  /** What was counted or measured of the policy as a whole; nothing of it is in a pool. */
  readonly tallies: readonly TallyReading[];
  /** Its maintenance windows. */
  readonly maintenance: MaintenanceReading;
  readonly objectives: readonly { readonly sli: SliName; readonly target: number }[];
  /** By the journal; the process itself knows none. */
  readonly windows: readonly WindowReading[];
  readonly controller: { readonly desired: number; readonly divergence: number; readonly divergenceMs: number } | null;
  /** The longest-uncovered nodes, at most INFO_LIMIT of them. */
  readonly uncovered: readonly UncoveredNode[];
  readonly notListed: number;
  /** The worst nodes, at most WORST_LIMIT by each measure, in order of their rank. */
  readonly worst: readonly WorstNode[];
}
