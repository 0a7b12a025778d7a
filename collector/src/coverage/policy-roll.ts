/** The roll of one policy: every node that matters to it, its phantoms, and its divergence from the controller's count. */
import { labelOf, NO_POOL, type LayerName, type NodeObject, type Policy } from '@rollcall/contract';
import type { DaemonSetEntry } from '../inventory/index.ts';
import type { KeptEgress } from './egress/egress-sight.ts';
import { createPoolNames, type PoolNames } from './pool-names.ts';
import type { Maintenance } from './maintenance.ts';
import type { NodeRecord } from './record.ts';
import type { StateSli } from './state-sli.ts';
import { createSinkState, type SinkState } from './sink-state.ts';
import { askedSlis } from './state-slis.ts';
import { createVersionCounts, type VersionCounts } from './version-counts.ts';

/** The state of one policy; owned and changed by the roll. */
export interface PolicyRoll {
  policy: Policy;
  /** False until the nodes and DaemonSets have been listed once: before that nothing is known to judge. */
  started: boolean;
  /** When it was; until then Infinity. What a pod that was made before tells for the first time did not happen under these eyes. */
  startedMono: number;
  /** The DaemonSet as it is now, undefined while it is absent. */
  daemonSet: DaemonSetEntry | undefined;
  /** The DaemonSet as last seen: its template still says who is in scope when it is gone. */
  lastDaemonSet: DaemonSetEntry | undefined;
  /** By node name, phantoms by `missing/<pool>/<n>`. Nodes that are neither in scope, eligible, excluded nor running the daemon have none. */
  readonly records: Map<string, NodeRecord>;
  /** The uncovered records, so that the longest-uncovered are found without a scan of all nodes. */
  readonly uncovered: Set<NodeRecord>;
  /** Nodes in scope that exist, by pool, for the policy's minimum. */
  readonly inScope: Map<string, number>;
  readonly phantoms: Map<string, number>;
  /** The records whose daemon restarted in the last hour, and some of those where it is longer ago. */
  readonly restarted: Set<NodeRecord>;
  /** Made anew with other pool labels. */
  pools: PoolNames;
  /** Of the nodes in scope that have a Daemon. */
  readonly versions: VersionCounts;
  /** What the lags of all nodes together say of the sink. */
  readonly sink: SinkState;
  /** The layers all of whose watches are live; undefined when that has to be found out anew. */
  observed: ReadonlySet<LayerName> | undefined;
  /** The state SLIs that the policy asks for. */
  askedSlis: readonly StateSli[];
  /** What NetworkPolicies were last found to do to the way to its sink. */
  egress: KeptEgress | undefined;
  /** The maintenance windows that speak for it; undefined when that has to be found out anew. */
  maintenance: Maintenance | undefined;
  eligible: number;
  divergenceSinceMono: number | undefined;
}

/** A roll without any node yet. */
export function createPolicyRoll(policy: Policy): PolicyRoll {
  return {
    policy,
    started: false,
    startedMono: Infinity,
    daemonSet: undefined,
    lastDaemonSet: undefined,
    records: new Map(),
    uncovered: new Set(),
    inScope: new Map(),
    phantoms: new Map(),
    restarted: new Set(),
    pools: createPoolNames(policy),
    versions: createVersionCounts(),
    sink: createSinkState(),
    observed: undefined,
    askedSlis: askedSlis(policy),
    egress: undefined,
    maintenance: undefined,
    eligible: 0,
    divergenceSinceMono: undefined,
  };
}

/** The node pool that a node belongs to by the policy's labels, the first that it has; `none` without one. */
export function poolOf(policy: Policy, node: NodeObject): string {
  for (const label of policy.poolLabels) {
    const value = labelOf(node, label);
    if (value !== undefined && value !== '') return value;
  }
  return NO_POOL;
}

/** The label that puts the node into that pool; undefined if it is in another. */
export function poolLabelOf(policy: Policy, node: NodeObject, pool: string): string | undefined {
  return poolOf(policy, node) === pool ? policy.poolLabels.find((label) => labelOf(node, label) === pool) : undefined;
}

/** Eligible nodes minus the controller's desiredNumberScheduled; undefined without a DaemonSet. */
export function divergenceOf(roll: PolicyRoll, daemonSet: DaemonSetEntry | undefined): number | undefined {
  return daemonSet === undefined ? undefined : roll.eligible - daemonSet.object.status.desired;
}
