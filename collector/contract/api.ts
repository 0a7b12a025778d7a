/** The shapes of the HTTP API: what handlers answer, and what the CLI and the page read. */
import type { NodeState, Transition } from './transition.ts';
import type { ExcuseCode, FindingCode, LayerName, Owner } from './health-words.ts';
import type { ReasonCode } from './reasons.ts';
import type { ObjectiveAnswer } from './objectives.ts';
import type { SliName } from './slis.ts';
import type { PolicyOrigin } from './policy.ts';

/** Nodes by state, for a pool or a policy. `expected` = covered + uncovered + unobserved. */
export interface Counts {
  readonly expected: number;
  readonly covered: number;
  readonly uncovered: number;
  readonly unobserved: number;
  readonly excused: number;
  readonly current: number;
  readonly eligible: number;
  readonly stray: number;
  readonly excluded: number;
}

/** Joins by how they ended, since this process began. */
export interface JoinCounts {
  readonly inTime: number;
  readonly late: number;
  readonly abandoned: number;
}

/**
 * Node-milliseconds of one SLI since this process began, and its attainment over that time as a range of ratios (null before any time
 * was expected). Whether the objective is met is a question about its whole window: `objectives` of the policy answer it.
 */
export interface SliAnswer {
  readonly sli: SliName;
  readonly objective: number;
  readonly windowMs: number;
  readonly validMs: number;
  readonly goodMs: number;
  readonly unobservedMs: number;
  readonly attainment: { readonly low: number; readonly high: number } | null;
  /** Of `join` alone, whose attainment is that of the joins in time among these and the late ones; it has no node-milliseconds. */
  readonly joins?: JoinCounts;
}

/** One policy's summary. `coverage` is covered / expected now, null when nothing is expected. */
export interface PolicySummary {
  readonly namespace: string;
  readonly daemonset: string;
  readonly policy: {
    readonly uid: string;
    readonly name: string;
    readonly namespace: string;
    readonly origin: PolicyOrigin;
  };
  readonly denominator: 'explicit' | 'inferred';
  readonly counts: Counts;
  readonly coverage: number | null;
  readonly worstReason: ReasonCode | null;
  readonly conditions: readonly PolicyCondition[];
  readonly purpose: string;
  readonly team: string;
  readonly contact: string;
}

/** A condition of a policy: Ready, NoNodesMatch; TooManyPools only where it holds. */
export interface PolicyCondition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** One policy in full. */
export interface PolicyAnswer extends PolicySummary {
  readonly reasons: readonly { readonly reason: ReasonCode; readonly owner: Owner; readonly nodes: number }[];
  readonly excuses: readonly { readonly reason: ExcuseCode; readonly nodes: number }[];
  readonly pools: readonly (Counts & { readonly pool: string })[];
  readonly layers: readonly { readonly layer: LayerName; readonly good: number }[];
  readonly controller: {
    readonly desired: number;
    readonly divergence: number;
    readonly divergenceSeconds: number;
  } | null;
  readonly slis: readonly SliAnswer[];
  /** By the journal, as of the last time that it was read; none without a journal, or before that. */
  readonly objectives: readonly ObjectiveAnswer[];
  readonly history: { readonly durable: boolean; readonly note: string };
}

/** Something that is wrong with a node: a reason or a finding, with what was seen. */
export interface Finding {
  readonly code: ReasonCode | FindingCode;
  readonly message: string;
}

/** One node under one policy. `node` is '' for a phantom, whose `pool` says where it is missing. */
export interface NodeAnswer {
  readonly node: string;
  readonly pool: string;
  readonly inScope: boolean;
  readonly eligible: boolean;
  readonly state: NodeState;
  readonly reason: ReasonCode | ExcuseCode | null;
  readonly owner: Owner | null;
  readonly message: string;
  /** RFC 3339. */
  readonly since: string;
  /** When what failed is next tried again without anybody's help, RFC 3339; null where that is not known, or nothing is. */
  readonly retryAt: string | null;
  readonly findings: readonly Finding[];
  readonly pod: string | null;
  readonly daemon: string | null;
  readonly heartbeat: string | null;
}

/**
 * One check of the chain that led to a node's state. `follows`: it fails behind one that failed before, most likely because of that;
 * `note`: it fails nothing, but is worth knowing; `skipped`: nobody asked.
 */
export interface Check {
  readonly check: string;
  readonly outcome: 'pass' | 'fail' | 'follows' | 'note' | 'unknown' | 'skipped';
  readonly seen: string;
}

/**
 * One node with the chain of checks and its last transitions. `commands` can be pasted into a shell: the next step for these very objects.
 * `runbook` is the path of the page about its reason, else about its first finding; null if nothing is wrong. `evidence` is what was looked up
 * for this answer alone, such as who holds a host port.
 */
export interface NodeDetail extends NodeAnswer {
  readonly nextStep: string | null;
  readonly commands: readonly string[];
  readonly runbook: string | null;
  readonly evidence: readonly string[];
  readonly checks: readonly Check[];
  readonly transitions: readonly Transition[];
}

/**
 * One message of /api/v1/stream: `event` is its name there, the rest its data. Every message but `resync` has an id by which a client
 * resumes. `policy`: the summary as it now is, several changes in one; `policyGone`: it is no longer in force; `transition`: one
 * node moved; `transitions`: more moved at once than are worth naming; `resync`: messages were lost, read everything anew.
 */
export type StreamMessage =
  | { readonly event: 'policy'; readonly summary: PolicySummary }
  | { readonly event: 'policyGone'; readonly namespace: string; readonly daemonset: string }
  | {
      readonly event: 'transition';
      readonly namespace: string;
      readonly daemonset: string;
      readonly transition: Transition;
    }
  | { readonly event: 'transitions'; readonly namespace: string; readonly daemonset: string; readonly count: number }
  | { readonly event: 'resync'; readonly why: string };

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly continue?: string;
}

/** An RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}
