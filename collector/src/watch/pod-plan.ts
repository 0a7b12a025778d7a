/** Decides which watches show the daemon pods of a namespace: one for each selector, or one for all when there are many. */
import type { DaemonSetObject, LabelSelector, SelectorRequirement } from '@rollcall/contract';

/** A DaemonSet whose pods are wanted; an empty `labelSelector` says that no query can tell them apart. */
export interface PodTarget {
  readonly namespace: string;
  readonly daemonset: string;
  readonly labelSelector: string;
}

/** One watch of pods; an empty `labelSelector` means the whole namespace. */
export interface PodWatchPlan {
  readonly id: string;
  readonly namespace: string;
  readonly labelSelector: string;
}

/** Above this many selectors in a namespace, one watch of all its pods costs less than one for each. */
const MOST_SELECTORS = 10;

/** A DaemonSet as a target. */
export function toPodTarget({ namespace, name, selector }: DaemonSetObject): PodTarget {
  return { namespace, daemonset: name, labelSelector: toQuery(selector) };
}

/** The watches for those targets, by id. DaemonSets that share a selector share its watch. */
export function planPodWatches(targets: readonly PodTarget[]): ReadonlyMap<string, PodWatchPlan> {
  const plans = new Map<string, PodWatchPlan>();
  for (const [namespace, own] of Map.groupBy(targets, (target) => target.namespace)) {
    const selectors = new Set(own.map(({ labelSelector }) => labelSelector));
    const takesAll = selectors.size > MOST_SELECTORS || selectors.has('');
    for (const labelSelector of takesAll ? [''] : selectors) {
      const id = idOf(namespace, labelSelector);
      plans.set(id, { id, namespace, labelSelector });
    }
  }
  return plans;
}

/** The watches that show a DaemonSet's pods, whether they run or not: its selector's and its namespace's. */
export function watchIdsOf({ namespace, labelSelector }: PodTarget): readonly string[] {
  return [idOf(namespace, labelSelector), idOf(namespace, '')];
}

function idOf(namespace: string, labelSelector: string): string {
  return labelSelector === '' ? `pods/${namespace}` : `pods/${namespace}/${labelSelector}`;
}

const KEY = /^[A-Za-z0-9][-A-Za-z0-9_./]*$/;
const VALUE = /^[-A-Za-z0-9_.]*$/;

/** A label selector as the query parameter writes it, in a fixed order; '' for one that the API server would refuse. */
export function toQuery({ matchLabels, matchExpressions }: LabelSelector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: '=', values: [value] }));
  const requirements = [...equalities, ...matchExpressions].map(writeRequirement);
  return requirements.includes('') ? '' : requirements.sort().join(',');
}

function writeRequirement({ key, operator, values }: SelectorRequirement): string {
  if (!KEY.test(key) || !values.every((value) => VALUE.test(value))) return '';
  switch (operator) {
    case '=':
      return `${key}=${values.join()}`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
    case 'NotIn':
      return values.length === 0 ? '' : `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`;
    default:
      return '';
  }
}
