/** Gathers from the inventory what is judged of one node under one policy. */
import { findDaemonSet, podsOf, type Inventory, type NodeEntry } from '../inventory/index.ts';
import { sightDaemons } from './daemon-sight.ts';
import { decidePlacement, type Placement } from './expectation.ts';
import { sightNodeStates } from './heartbeat-sight.ts';
import { pickPod } from './pod-layer.ts';
import { poolOf, type PolicyRoll } from './policy-roll.ts';
import type { NodeRecord } from './record.ts';
import type { Instant, Subject } from './subject.ts';

/** The placement of a node under a policy whose template was never seen: nothing is known to let it in. */
const NO_TEMPLATE: Placement = {
  shouldRun: false,
  keepRunning: false,
  rule: 'nodeSelector',
  untolerated: [],
  admitted: false,
};

/** Where the pods of the policy's DaemonSet would run: by its template, or by the last one that was seen. */
export function placeNode(roll: PolicyRoll, node: NodeEntry): Placement | undefined {
  const template = roll.lastDaemonSet?.object.placement;
  return template === undefined ? undefined : decidePlacement(node.object, template);
}

/** The subject for one record. `placement` as `placeNode` gave it. */
export function formSubject(
  inventory: Inventory,
  roll: PolicyRoll,
  seen: {
    readonly record: NodeRecord;
    readonly node: NodeEntry;
    readonly placement: Placement | undefined;
    readonly now: Instant;
  },
): Subject {
  const { policy } = roll;
  const name = seen.node.object.name;
  const daemonSet = findDaemonSet(inventory, policy.namespace, policy.daemonset);
  // A DaemonSet that is gone owns no pods, whatever of them is still there.
  const ownerUid = daemonSet?.object.uid ?? '';
  const pods = podsOf(inventory, ownerUid, name);
  return {
    policy,
    node: seen.node,
    pool: roll.pools.nameOf(poolOf(policy, seen.node.object)),
    daemonSet,
    placement: seen.placement ?? NO_TEMPLATE,
    pods,
    pod: pickPod(pods),
    gone: inventory.goneAt.get(ownerUid)?.get(name),
    newestHash: inventory.newestHashes.get(ownerUid) ?? '',
    daemon: sightDaemons(inventory, policy, { node: name, nowMono: seen.now.monoMs }),
    heartbeat: sightNodeStates(inventory, policy, name),
    lease: inventory.leases.get(name),
    past: seen.record,
    now: seen.now,
  };
}

/** True where the DaemonSet controller would place a pod: nowhere for a DaemonSet that is gone. */
export function isEligible({ daemonSet, placement }: Subject): boolean {
  return daemonSet !== undefined && placement.shouldRun;
}
