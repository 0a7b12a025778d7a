/** What is counted one by one and not in node-seconds: by which labels, and in which steps what is measured is counted. */
import type { Policy } from './policy.ts';

/**
 * Why a container or pod of the daemon had to start again: the values of the `reason` label of restarts. `Evicted`: also preempted, or
 * evicted for a taint or by the API; `Replaced`: its pod was deleted while it ran, and made anew with the same template; `Unknown`: the
 * runtime lost the container, as when the node was booted anew. `LivenessProbe`, `StartupProbe`: the kubelet ended it for that, by its event;
 * where that is missed it reads `Error`, since the container does not tell.
 */
export const RESTART_REASONS = [
  'OOMKilled',
  'Error',
  'Completed',
  'Evicted',
  'NodeShutdown',
  'Replaced',
  'Unknown',
  'LivenessProbe',
  'StartupProbe',
] as const;

/** The value of the `reason` label of restarts. */
export type RestartReason = (typeof RESTART_REASONS)[number];

/** Why a daemon pod was not placed: the scheduler's own words, values of the `reason` label of failed scheduling. */
export const PLACING_FAILURES = ['Unschedulable', 'SchedulingGated', 'SchedulerError'] as const;

/** A pod that the API server refused to make: of a policy as a whole, since it names no node. */
export const CREATE_FAILURE = 'FailedCreate';

/** Why a daemon pod was not placed or not made: all values of that label. */
export const SCHEDULING_FAILURES = [...PLACING_FAILURES, CREATE_FAILURE] as const;

/** The value of the `reason` label of failed scheduling. */
export type SchedulingFailure = (typeof SCHEDULING_FAILURES)[number];

/** How a join ended: the values of the `outcome` label of joins. An abandoned one is in no ratio. */
export const JOIN_OUTCOMES = ['in_time', 'late', 'abandoned'] as const;

/** The value of the `outcome` label of joins. */
export type JoinOutcome = (typeof JOIN_OUTCOMES)[number];

/**
 * What a joining node comes through, in this order; each as the time since what came before it, or since the join's beginning. What came
 * about before that took none, so that they add up to the total.
 */
export const JOIN_STEPS = [
  'ready',
  'eligible',
  'pod_created',
  'scheduled',
  'started',
  'pod_ready',
  'registered',
  'covered',
] as const;

/** One of JOIN_STEPS. */
export type JoinStep = (typeof JOIN_STEPS)[number];

/** The stage that all steps add up to. */
export const JOIN_TOTAL = 'total';

/** The stage from the node's creation to its pod's: M3 of "What is DaemonSet?" to the letter, which is no part of the total. */
export const NODE_TO_POD = 'node_to_pod';

/** How a heartbeat was received: the values of the `outcome` label. */
export const HEARTBEAT_OUTCOMES = ['accepted', 'replayed'] as const;

/** Under which label values that are further than a limit are counted. */
export const OTHER_LABEL = 'other';

/** One thing that is counted or measured. */
export interface Tally {
  /** What a policy has to ask for; nothing is shown of it otherwise. */
  readonly needs: 'nothing' | 'join' | 'heartbeat' | 'telemetry' | 'custom';
  /** Labels that are there at 0 from the start, in each pool. */
  readonly poolLabels: readonly string[];
  /** The same of the policy as a whole. */
  readonly policyLabels: readonly string[];
  /** How many other labels may come up; those beyond are counted as `other`. */
  readonly others: number;
  /** Upper bounds, for what is measured in milliseconds. */
  readonly boundsMs?: readonly number[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const BOUNDS_MS = [
  ...[1, 2, 5, 10, 20, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE_MS),
];

/** How many components of agents have series of their own for each policy at most. */
export const AGENT_COMPONENT_LIMIT = 20;

function closed(needs: Tally['needs'], poolLabels: readonly string[]): Tally {
  return { needs, poolLabels, policyLabels: [], others: 0 };
}

const BY_COMPONENT: Tally = { needs: 'telemetry', poolLabels: [], policyLabels: [], others: AGENT_COMPONENT_LIMIT };

/** Everything that is counted, by the name that the code uses; the metrics catalogue has a counter or histogram of that name. */
export const TALLIES = {
  restarts: closed('nothing', RESTART_REASONS),
  failedScheduling: { needs: 'nothing', poolLabels: PLACING_FAILURES, policyLabels: [CREATE_FAILURE], others: 0 },
  joins: closed('join', JOIN_OUTCOMES),
  joinDuration: {
    needs: 'join',
    poolLabels: [JOIN_TOTAL],
    policyLabels: [...JOIN_STEPS, NODE_TO_POD],
    others: 0,
    boundsMs: BOUNDS_MS,
  },
  heartbeats: closed('heartbeat', HEARTBEAT_OUTCOMES),
  agentErrors: BY_COMPONENT,
  telemetrySent: BY_COMPONENT,
  telemetryDropped: BY_COMPONENT,
  customGood: closed('custom', ['']),
  customValid: closed('custom', ['']),
  ingestionLag: { needs: 'telemetry', poolLabels: [], policyLabels: [''], others: 0, boundsMs: BOUNDS_MS },
} as const satisfies Record<string, Tally>;

/** The name of something that is counted or measured. */
export type TallyName = keyof typeof TALLIES;

/** True when the policy asks for what it takes. */
export function isTallied(name: TallyName, policy: Policy): boolean {
  const { objectives, telemetry } = policy;
  switch (TALLIES[name].needs) {
    case 'nothing':
      return true;
    case 'join':
      return objectives.some(({ sli }) => sli === 'join');
    case 'heartbeat':
      return takesHeartbeats(policy);
    case 'telemetry':
      return takesHeartbeats(policy) || telemetry?.queries !== undefined || telemetry?.canary !== undefined;
    case 'custom':
      return telemetry?.queries?.total !== undefined;
  }
}

/** Whose heartbeats are taken: each of these layers lives on them. */
function takesHeartbeats({ heartbeatLayer, meshLayer, ingestionLayer }: Policy): boolean {
  return (heartbeatLayer ?? meshLayer ?? ingestionLayer) !== undefined;
}
