/** Counts as the DaemonSet controller of Kubernetes 1.36 does when it writes a status (daemon_controller.go, updateDaemonSetStatus), node by node. */
import { findDaemonSet, podsOf, type Inventory, type PodEntry } from '../inventory/index.ts';
import { placeNode } from './form-subject.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { Instant } from './subject.ts';

/** Node names, sorted. */
export interface ControllerRecount {
  readonly desired: readonly string[];
  readonly ready: readonly string[];
  readonly available: readonly string[];
  readonly misscheduled: readonly string[];
  /** Of the misscheduled those whose pod may stay: a NoSchedule taint came later. The controller does not look again when that happens. */
  readonly kept: readonly string[];
  /** Nodes that are gone while a pod of theirs is still there: the controller looks again when that pod goes. */
  readonly gone: readonly string[];
}

/** What the controller's status would say now; undefined without the DaemonSet. A terminating pod counts as its Ready condition says. */
export function recountController(inventory: Inventory, roll: PolicyRoll, now: Instant): ControllerRecount | undefined {
  const daemonSet = findDaemonSet(inventory, roll.policy.namespace, roll.policy.daemonset);
  if (daemonSet === undefined) return undefined;
  const { uid, minReadySeconds } = daemonSet.object;
  const nodes = [...inventory.nodes].map(([name, node]) => {
    const placement = placeNode(roll, node);
    const pod = podsOf(inventory, uid, name).filter(isCounted).toSorted(byAge)[0];
    const ready = pod?.object.ready.status === 'True';
    const available = ready && now.monoMs >= (pod?.readySinceMono ?? 0) + minReadySeconds * 1000;
    const { shouldRun = false, keepRunning = false } = placement ?? {};
    return { name, shouldRun, keepRunning, isThere: pod !== undefined, ready, available };
  });
  const namesOf = (test: (node: (typeof nodes)[number]) => boolean): readonly string[] =>
    nodes
      .filter(test)
      .map(({ name }) => name)
      .sort();
  return {
    desired: namesOf(({ shouldRun }) => shouldRun),
    ready: namesOf(({ shouldRun, ready }) => shouldRun && ready),
    available: namesOf(({ shouldRun, available }) => shouldRun && available),
    misscheduled: namesOf(({ shouldRun, isThere }) => !shouldRun && isThere),
    kept: namesOf(({ shouldRun, keepRunning, isThere }) => !shouldRun && keepRunning && isThere),
    gone: [...(inventory.podsAt.get(uid)?.keys() ?? [])].filter((name) => !inventory.nodes.has(name)).sort(),
  };
}

function isCounted({ object }: PodEntry): boolean {
  const isTerminal = object.phase === 'Failed' || object.phase === 'Succeeded';
  return !(isTerminal && object.deletedAt !== undefined);
}

/** podByCreationTimestampAndPhase: bound pods first, then the oldest. */
function byAge(one: PodEntry, other: PodEntry): number {
  if (one.object.bound !== other.object.bound) return one.object.bound ? -1 : 1;
  const age = (one.object.createdAt ?? 0) - (other.object.createdAt ?? 0);
  return age === 0 ? (one.object.name < other.object.name ? -1 : 1) : age;
}
