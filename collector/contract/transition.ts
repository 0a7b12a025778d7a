/** What the core remembers of a node beyond its objects. */

/** The state of a node under a policy, as the API, the log and the journal name it. */
export const NODE_STATES = [
  'covered',
  'uncovered',
  'unobserved',
  'excused',
  'stray',
  'excluded',
  'outOfScope',
] as const;

/** One of NODE_STATES. */
export type NodeState = (typeof NODE_STATES)[number];

/** One change of a node's state or primary reason under one policy. `sequence` rises by one in each process life. */
export interface Transition {
  readonly sequence: number;
  readonly cluster: string;
  readonly policyUid: string;
  readonly nodeUid: string;
  readonly node: string;
  readonly pool: string;
  /** `absent` before the node's first state and after its last. */
  readonly from: NodeState | 'absent';
  readonly to: NodeState | 'absent';
  /** The reason code or excuse of `to`, '' when covered. */
  readonly reason: string;
  /** What was seen, in words. */
  readonly evidence: string;
  readonly wallMs: number;
}

/** What a node's past adds to its present under one policy; wall-clock milliseconds, since it outlives the process. */
export interface NodeMemory {
  readonly policyUid: string;
  readonly nodeUid: string;
  /** As of when, and whether it was in scope and eligible then. */
  readonly wallMs: number;
  readonly inScope: boolean;
  readonly eligible: boolean;
  /** True once the node was taken off the roll: after a day nobody asks for it any more. */
  readonly gone: boolean;
  readonly coveredOnce: boolean;
  readonly lastInScope?: number;
  readonly lastEligible?: number;
  readonly drift?: string;
  /** When the daemon was seen to restart there in the last hour, the latest last; absent without any. */
  readonly restarts?: readonly number[];
  /** Of a node whose first coverage is followed; absent for any other. `late` was counted, `ended` is over without having been covered. */
  readonly join?: {
    readonly late: boolean;
    readonly ended: boolean;
    /** When that began. */
    readonly since: number;
    /** When it was Ready, and eligible, for the first time. */
    readonly ready?: number;
    readonly eligible?: number;
  };
  /** Milliseconds already excused in the last 24 h, by excuse. */
  readonly excused: Readonly<Record<string, number>>;
}
