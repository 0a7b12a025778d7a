/** Gathers from the inventory what is known of whoever makes and replaces the pods of a DaemonSet. */
import type { DaemonSetEntry, Inventory } from '../inventory/index.ts';
import type { Making, Rollout } from './subject.ts';

/** What is known of who makes the pods of the DaemonSet with that UID, '' for one that is absent. */
export function sightMaking(inventory: Inventory, { uid, namespace }: { uid: string; namespace: string }): Making {
  const { creations, newestPods, endingNamespaces, controllerLease, schedulerLease } = inventory;
  const ending = [...endingNamespaces.values()].find(({ name }) => name === namespace);
  return {
    refusals: creations.get(uid),
    newestPodMono: newestPods.get(uid),
    namespaceEndsSinceMono: ending?.sinceMono,
    controllerLease,
    schedulerLease,
  };
}

/** What a rollout may spend and what dead nodes spend of it, as the DaemonSet controller reckons. */
export function sightRollout(inventory: Inventory, daemonSet: DaemonSetEntry | undefined): Rollout {
  if (daemonSet === undefined) return { budget: 0, downNodes: [] };
  const { uid, rolloutBudget, status } = daemonSet.object;
  const budget = scaleBudget(rolloutBudget, status.desired);
  const podsAt = inventory.podsAt.get(uid);
  const downNodes: string[] = [];
  for (const name of inventory.downNodes) {
    if (downNodes.length >= budget) break;
    if (podsAt?.has(name) === true) downNodes.push(name);
  }
  return { budget, downNodes };
}

/** A share of the desired nodes is rounded up (k8s.io/apimachinery, GetScaledValueFromIntOrPercent). */
function scaleBudget(written: string, desired: number): number {
  const share = /^(\d+)%$/.exec(written)?.[1];
  const budget = share === undefined ? Number(written) : Math.ceil((Number(share) * desired) / 100);
  return Number.isSafeInteger(budget) && budget >= 0 ? budget : 0;
}
