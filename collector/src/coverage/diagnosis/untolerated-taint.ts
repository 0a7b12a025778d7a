/** The node is let in but bears a NoSchedule or NoExecute taint that the template does not tolerate. */
import type { Predicate } from '../subject.ts';
import { explainIneligible } from './ineligible.ts';

/** Names the taint and the toleration that would mend it. */
export const untoleratedTaint: Predicate = (subject) => {
  if (!subject.placement.admitted) return undefined;
  const message = explainIneligible(subject);
  return message === undefined ? undefined : { code: 'UntoleratedTaint', message };
};
