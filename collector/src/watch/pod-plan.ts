/** Decides which watches show the daemon pods: one for each selector, or one for a namespace that has many DaemonSets. */
import type { LabelSelector } from '@rollcall/contract';

/** A DaemonSet whose pods are wanted. */
export interface PodTarget {
  readonly namespace: string;
  readonly daemonset: string;
  readonly selector: LabelSelector;
}

/** One watch of pods; an empty `labelSelector` means the whole namespace. */
export interface PodWatchPlan {
  readonly id: string;
  readonly namespace: string;
  readonly labelSelector: string;
  readonly daemonsets: readonly string[];
}

/** Above this many selectors in a namespace, one watch of all its pods costs less than one for each. */
const MOST_SELECTORS = 10;

/** The watches for those targets, by id. DaemonSets that share a selector share its watch. */
export function planPodWatches(targets: readonly PodTarget[]): ReadonlyMap<string, PodWatchPlan> {
  const plans = new Map<string, PodWatchPlan>();
  for (const [namespace, own] of groupBy(targets, (target) => target.namespace)) {
    const bySelector = groupBy(own, ({ selector }) => toQuery(selector));
    if (bySelector.size > MOST_SELECTORS) addPlan(plans, { namespace, labelSelector: '', targets: own });
    else for (const [labelSelector, some] of bySelector) addPlan(plans, { namespace, labelSelector, targets: some });
  }
  return plans;
}

interface PlanParts {
  readonly namespace: string;
  readonly labelSelector: string;
  readonly targets: readonly PodTarget[];
}

function addPlan(plans: Map<string, PodWatchPlan>, { namespace, labelSelector, targets }: PlanParts): void {
  const id = labelSelector === '' ? `pods/${namespace}` : `pods/${namespace}/${labelSelector}`;
  plans.set(id, { id, namespace, labelSelector, daemonsets: targets.map(({ daemonset }) => daemonset).sort() });
}

function groupBy(targets: readonly PodTarget[], key: (target: PodTarget) => string): Map<string, PodTarget[]> {
  const groups = new Map<string, PodTarget[]>();
  for (const target of targets) {
    const group = groups.get(key(target));
    if (group === undefined) groups.set(key(target), [target]);
    else group.push(target);
  }
  return groups;
}

/** A label selector as the query parameter writes it, in a fixed order. */
export function toQuery({ matchLabels, matchExpressions }: LabelSelector): string {
  const equal = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const others = matchExpressions.map(({ key, operator, values }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
  });
  return [...equal, ...others].sort().join(',');
}
