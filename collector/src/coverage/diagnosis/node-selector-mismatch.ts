/** The template's nodeName, nodeSelector or required affinity does not let the node in. */
import type { Predicate } from '../subject.ts';
import { explainIneligible } from './ineligible.ts';

/** Names the term that does not match and what would mend it. */
export const nodeSelectorMismatch: Predicate = (subject) => {
  if (subject.placement.admitted) return undefined;
  const message = explainIneligible(subject);
  return message === undefined ? undefined : { code: 'NodeSelectorMismatch', message };
};
