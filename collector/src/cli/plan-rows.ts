/** The plan itself: for each DaemonSet and node whether a pod would run there, why not, and whether it would fit. */
import type { TemplatePlacement } from '@rollcall/contract';
import { explainPlacement, LABEL_COMMAND } from '../coverage/explain-placement.ts';
import { decidePlacement, type PlacedNode, type PlacementRule } from '../coverage/expectation.ts';
import { formatAmount, toComparable } from './plan-quantity.ts';
import { findPortConflict, type Amounts, type HostPort } from './plan-requests.ts';

/** A DaemonSet to plan. `name` is namespace/name. */
export interface PlannedDaemonSet {
  readonly name: string;
  readonly placement: TemplatePlacement;
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
}

/** A node to plan on; `allocatable` is undefined where its manifest says nothing of it. */
export interface PlannedNode extends PlacedNode {
  readonly allocatable: Amounts | undefined;
}

/** One DaemonSet on one node. `message` and `mend` are about the placement, `misfit` about what would not fit; '' where there is nothing to say. */
export interface PlanRow {
  readonly daemonset: string;
  readonly node: string;
  readonly shouldRun: boolean;
  readonly keepRunning: boolean;
  readonly reason: PlacementRule;
  readonly message: string;
  readonly mend: string;
  /** Null where the node's allocatable resources are not known. */
  readonly fits: boolean | null;
  readonly misfit: string;
}

/** Every DaemonSet on every node, DaemonSet by DaemonSet, in the order given. */
export function planRows(daemonSets: readonly PlannedDaemonSet[], nodes: readonly PlannedNode[]): readonly PlanRow[] {
  const conflicts = daemonSets.map((one) =>
    daemonSets.filter((other) => other !== one && conflictOf(one, other) !== undefined),
  );
  return daemonSets.flatMap((daemonSet, index) =>
    nodes.map((node) => planRow(daemonSet, node, conflicts[index] ?? [])),
  );
}

function planRow(daemonSet: PlannedDaemonSet, node: PlannedNode, rivals: readonly PlannedDaemonSet[]): PlanRow {
  const decided = decidePlacement(node, daemonSet.placement);
  const { message, mend } = explainPlacement(node, daemonSet.placement, decided);
  const present = rivals.filter(({ placement }) => decidePlacement(node, placement).shouldRun);
  const misfits = [
    ...findShortages(daemonSet.requests, node.allocatable),
    ...present.map((rival) => describeConflict(daemonSet, rival)),
  ];
  return {
    daemonset: daemonSet.name,
    node: node.name,
    shouldRun: decided.shouldRun,
    keepRunning: decided.keepRunning,
    reason: decided.rule,
    message,
    // A command fit for one node would, run over all that are listed, change what other selectors live by.
    mend: mend.startsWith(LABEL_COMMAND) ? 'label the nodes that are meant, or change the selector' : mend,
    fits: misfits.length > 0 ? false : node.allocatable === undefined ? null : true,
    misfit: misfits.join('; '),
  };
}

// scheduler noderesources fitsRequest on a node without any pod.
function findShortages(requests: Amounts, allocatable: Amounts | undefined): readonly string[] {
  if (allocatable === undefined) return [];
  return [['pods', 10n ** 9n] as const, ...requests].flatMap(([resource, requested]) => {
    if (!isScheduled(resource)) return [];
    const asked = toComparable(resource, requested);
    const there = toComparable(resource, allocatable.get(resource) ?? 0n);
    if (asked <= 0n || asked <= there) return [];
    return [`${resource}: requests ${formatAmount(resource, asked)}, allocatable ${formatAmount(resource, there)}`];
  });
}

function isScheduled(resource: string): boolean {
  return /^(?:cpu|memory|ephemeral-storage|pods|hugepages-.*|attachable-volumes-.*|.*\/.*)$/.test(resource);
}

function conflictOf(one: PlannedDaemonSet, other: PlannedDaemonSet): HostPort | undefined {
  return findPortConflict(one.hostPorts, other.hostPorts);
}

function describeConflict(daemonSet: PlannedDaemonSet, rival: PlannedDaemonSet): string {
  const found = conflictOf(daemonSet, rival);
  return `host port ${found?.port}/${found?.protocol} is also asked for by ${rival.name}`;
}
