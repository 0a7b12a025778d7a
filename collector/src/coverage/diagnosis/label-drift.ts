/** The node was eligible under the present template and no longer is. */
import type { Predicate } from '../subject.ts';
import { explainIneligible } from './ineligible.ts';

/** The roll knows what changed, when and by whom; without its words the present placement is explained. */
export const labelDrift: Predicate = (subject) => {
  const { past, placement, node } = subject;
  if (past.lastEligibleMono === undefined || placement.shouldRun) return undefined;
  const message = past.drift || (explainIneligible(subject) ?? `Node ${node.object.name} was eligible before.`);
  return { code: 'LabelDrift', message };
};
