/** The node's Ready condition is Unknown: its kubelet stopped reporting, or never did. */
import type { Predicate } from '../subject.ts';
import { describeCondition, describeLease, sentence } from './wording.ts';

/** A Node without a Ready condition is projected as Unknown too. */
export const nodeUnreachable: Predicate = (subject) => {
  const { name, ready } = subject.node.object;
  if (ready.status !== 'Unknown') return undefined;
  const message = sentence(`Ready of node ${name} is ${describeCondition(ready)}`) + describeLease(subject);
  return { code: 'NodeUnreachable', message };
};
