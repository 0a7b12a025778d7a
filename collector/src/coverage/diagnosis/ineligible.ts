/** Says why the DaemonSet controller does not place a pod on the node, and what would mend it. */
import { explainPlacement } from '../explain-placement.ts';
import type { Subject } from '../subject.ts';
import { quote } from './wording.ts';

/** Two sentences; undefined where a pod should run, or while there is no template to compare with. */
export function explainIneligible({ node, daemonSet, placement }: Subject): string | undefined {
  if (placement.shouldRun || daemonSet === undefined) return undefined;
  const { message, mend } = explainPlacement(node.object, daemonSet.object.placement, placement);
  return `Not eligible: ${quote(message)}. To mend it: ${quote(mend)}.`;
}
