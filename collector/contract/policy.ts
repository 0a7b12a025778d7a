/** A policy as the core works with it: resolved, every default applied, all durations in milliseconds. */
import type { LabelSelector } from './objects.ts';
import type { Owner } from './health-words.ts';
import type { SliName } from './slis.ts';

/** Where a policy came from. One from the API wins over a file's, a file's over a discovered one. */
export type PolicyOrigin = 'API' | 'File' | 'Discover';

/** A taint named by a policy: the key, and the value and effect where the policy narrows it. A key that ends in `*` names a prefix. */
export interface TaintPattern {
  readonly key: string;
  readonly value?: string;
  readonly effect?: string;
}

/** An annotation named by a policy: present, or with that value. */
export interface AnnotationPattern {
  readonly key: string;
  readonly value?: string;
}

/** A named rule that takes nodes out of the scope for good. */
export interface Exclusion {
  readonly name: string;
  readonly selector: LabelSelector;
}

/** Nodes that need not run the daemon until `expiresAt` (wall ms), who says so, and why. */
export interface Exemption {
  readonly nodes: readonly string[];
  readonly selector?: LabelSelector;
  readonly owner: string;
  readonly reason: string;
  readonly expiresAt: number;
}

/** The windows that begin with the calendar: the ISO week (on Monday), the month, the quarter of the year. */
export const CALENDAR_UNITS = ['Week', 'Month', 'Quarter'] as const;

/** One of CALENDAR_UNITS. */
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** A window that begins at midnight of a zone of the IANA list. */
export interface CalendarWindow {
  readonly unit: CalendarUnit;
  readonly timeZone: string;
}

/**
 * One objective: `target` is a ratio in (0, 1); with `owners`, of coverage alone, only their uncovered time counts as bad. Over the last
 * `windowMs`, or with `calendar` since that unit began: `windowMs` is then the length of the longest one.
 */
export interface Objective {
  readonly sli: SliName;
  readonly target: number;
  readonly windowMs: number;
  readonly calendar?: CalendarWindow;
  readonly owners?: readonly Owner[];
}

/** Where a daemon sends what it collects: pods of a namespace, or an address block; and the TCP port. */
export interface Sink {
  readonly namespace?: string;
  readonly podSelector?: LabelSelector;
  readonly cidr?: string;
  readonly port?: number;
}

/**
 * For daemons that cannot be changed. `connection` names one of the collector's. Each query answers with one value a node, by `nodeLabel`:
 * lag in seconds; errors, dropped, good and total as counters. A canary is written on each node and looked for in the backend.
 */
export interface TelemetrySources {
  readonly sink?: Sink;
  readonly queries?: {
    readonly connection: string;
    readonly nodeLabel: string;
    readonly lag?: string;
    readonly errors?: string;
    readonly dropped?: string;
    readonly good?: string;
    readonly total?: string;
  };
  readonly canary?: { readonly connection: string; readonly periodMs: number; readonly selector?: string };
}

/** A DaemonCoverage, resolved. Keyed by `uid`, shown by `namespace`/`name`; `daemonset` is the metric label. */
export interface Policy {
  readonly uid: string;
  readonly name: string;
  /** The policy's own namespace. */
  readonly policyNamespace: string;
  readonly origin: PolicyOrigin;
  readonly createdAt: number;
  readonly generation: number;
  /** The DaemonSet's namespace: the `namespace` label. */
  readonly namespace: string;
  /** The DaemonSet's name, else the policy's: the `daemonset` label. */
  readonly daemonset: string;
  /** False for a daemon that runs without a DaemonSet (by systemd): then the pod layer is off. */
  readonly hasDaemonSet: boolean;
  readonly selector?: LabelSelector;
  /** The built-in ones (virtual nodes) included. */
  readonly exclusions: readonly Exclusion[];
  readonly poolLabels: readonly string[];
  readonly minimum: ReadonlyMap<string, number>;
  readonly podLayer: {
    readonly asked: boolean;
    readonly offPools: readonly string[];
    readonly startDeadlineMs: number;
  };
  /** The daemon layer, if it is asked: which source of Daemons, and from which age on a probe no longer counts. */
  readonly daemonLayer?: { readonly source: string; readonly maxProbeAgeMs: number };
  /** The heartbeat layer, if it is asked. `staleAfter` and `offlineAfter` count missed periods. */
  readonly heartbeatLayer?: {
    readonly periodMs: number;
    readonly staleAfter: number;
    readonly offlineAfter: number;
    /** Of whom heartbeats are taken; none named: the account of the DaemonSet's template. */
    readonly serviceAccounts: readonly string[];
  };
  /** The mesh layer, if it is asked: the least share of its peers that a node is connected to, 0 to 1. */
  readonly meshLayer?: { readonly minimumPeersRatio: number };
  /** The ingestion layer, if it is asked. */
  readonly ingestionLayer?: { readonly maxLagMs: number };
  /** What a join is counted from, and within which time a node joins in time. */
  readonly join: { readonly from: 'Created' | 'Ready' | 'Eligible'; readonly withinMs: number };
  /** What a daemon may use of its node: a share of its CPU, 0 to 1, and memory. */
  readonly resources: { readonly cpuRatio: number; readonly memoryBytes: number };
  /** From where else the collector learns how the daemon's telemetry fares. */
  readonly telemetry?: TelemetrySources;
  /** The well-known ones included, as in `leavingTaints`. */
  readonly joiningTaints: readonly TaintPattern[];
  readonly leavingTaints: readonly TaintPattern[];
  readonly leavingAnnotations: readonly AnnotationPattern[];
  readonly grace: { readonly joiningMs: number; readonly leavingMs: number; readonly nodeNotReadyMs: number };
  readonly nodeNotReadyExcused: boolean;
  readonly exemptions: readonly Exemption[];
  readonly providesNetwork: boolean;
  readonly objectives: readonly Objective[];
  readonly purpose: string;
  readonly team: string;
  readonly contact: string;
}
