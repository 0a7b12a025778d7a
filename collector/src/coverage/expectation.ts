/** Decides where the DaemonSet controller of Kubernetes 1.36 places and keeps pods: equal to its own NodeShouldRunDaemonPod. */
import type { Labelled, NodeObject, NodeSelectorTerm, Taint, TemplatePlacement, Toleration } from '@rollcall/contract';
import { hasLabels, matchesTerm } from './selector.ts';

/** What of a node the decision depends on; conditions, cordons, deletion and free resources are ignored by the controller. */
export type PlacedNode = Labelled & Pick<NodeObject, 'name' | 'taints'>;

/** The rule that decided, in the order in which the controller asks; a NoExecute taint outranks a NoSchedule one. */
export type PlacementRule =
  'run' | 'nodeName' | 'nodeSelector' | 'nodeAffinity' | 'untoleratedNoSchedule' | 'untoleratedNoExecute';

/** The controller's decision for one node. Answers without untolerated taints are shared objects: compare fields, not identity. */
export interface Placement {
  /** A pod is created here if there is none. */
  readonly shouldRun: boolean;
  /** A pod that runs here is left alone. */
  readonly keepRunning: boolean;
  readonly rule: PlacementRule;
  /** Every NoSchedule or NoExecute taint that is not tolerated, in the node's order; none where the node is not admitted. */
  readonly untolerated: readonly Taint[];
  /** nodeName, nodeSelector and required affinity let the node in. */
  readonly admitted: boolean;
}

const NO_TAINTS: readonly Taint[] = Object.freeze([]);
const RUN: Placement = { shouldRun: true, keepRunning: true, rule: 'run', untolerated: NO_TAINTS, admitted: true };
const OTHER_NODE = refuse('nodeName');
const OTHER_LABELS = refuse('nodeSelector');
const OTHER_TERMS = refuse('nodeAffinity');

// daemon/util.AddOrUpdateDaemonPodTolerations: what every daemon pod tolerates without asking for it.
const AUTOMATIC: readonly Toleration[] = [
  automatic('not-ready', 'NoExecute'),
  automatic('unreachable', 'NoExecute'),
  automatic('disk-pressure', 'NoSchedule'),
  automatic('memory-pressure', 'NoSchedule'),
  automatic('pid-pressure', 'NoSchedule'),
  automatic('unschedulable', 'NoSchedule'),
];
const ON_HOST_NETWORK = automatic('network-unavailable', 'NoSchedule');

/** Whether a daemon pod of that template should run on the node, and may stay if it does. Allocates nothing unless a taint is not tolerated. */
export function decidePlacement(node: PlacedNode, placement: TemplatePlacement): Placement {
  if (placement.nodeName !== '' && placement.nodeName !== node.name) return OTHER_NODE;
  if (!hasLabels(node, placement.nodeSelector)) return OTHER_LABELS;
  if (placement.terms !== undefined && !matchesAnyTerm(placement.terms, node)) return OTHER_TERMS;
  for (const taint of node.taints) if (!isTolerated(taint, placement)) return refuseTaints(node.taints, placement);
  return RUN;
}

function matchesAnyTerm(terms: readonly NodeSelectorTerm[], node: PlacedNode): boolean {
  for (const term of terms) if (matchesTerm(term, node)) return true;
  return false;
}

function refuseTaints(taints: readonly Taint[], placement: TemplatePlacement): Placement {
  const untolerated = taints.filter((taint) => !isTolerated(taint, placement));
  const evicts = untolerated.some((taint) => taint.effect === 'NoExecute');
  const rule = evicts ? 'untoleratedNoExecute' : 'untoleratedNoSchedule';
  return { shouldRun: false, keepRunning: !evicts, rule, untolerated, admitted: true };
}

function isTolerated(taint: Taint, placement: TemplatePlacement): boolean {
  if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return true;
  for (const toleration of placement.tolerations) if (tolerates(toleration, taint)) return true;
  for (const toleration of AUTOMATIC) if (tolerates(toleration, taint)) return true;
  return placement.hostNetwork && tolerates(ON_HOST_NETWORK, taint);
}

/** The template's own tolerations that let its pods past taints of the node, by taint. */
export function tolerationsUsed(
  { taints }: Pick<PlacedNode, 'taints'>,
  { tolerations }: TemplatePlacement,
): readonly { readonly taint: Taint; readonly toleration: Toleration }[] {
  return taints.flatMap((taint) => {
    if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') return [];
    const toleration = tolerations.find((own) => tolerates(own, taint));
    return toleration === undefined ? [] : [{ taint, toleration }];
  });
}

// core/v1 Toleration.ToleratesTaint; its Gt and Lt are behind TaintTolerationComparisonOperators, off in 1.36, and then tolerate nothing.
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== '' && toleration.effect !== taint.effect) return false;
  if (toleration.key !== '' && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case '':
    case 'Equal':
      return toleration.value === taint.value;
    case 'Exists':
      return true;
    default:
      return false;
  }
}

function automatic(name: string, effect: string): Toleration {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', value: '', effect };
}

function refuse(rule: PlacementRule): Placement {
  return { shouldRun: false, keepRunning: false, rule, untolerated: NO_TAINTS, admitted: false };
}
