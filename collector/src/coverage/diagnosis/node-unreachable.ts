/** The node's Ready condition is Unknown: its kubelet stopped reporting, or never did. */
import type { Predicate } from '../subject.ts';
import { describeCondition, sentence } from './wording.ts';

/** A Node without a Ready condition is projected as Unknown too. */
export const nodeUnreachable: Predicate = ({ node }) => {
  const { name, ready } = node.object;
  if (ready.status !== 'Unknown') return undefined;
  return { code: 'NodeUnreachable', message: sentence(`Ready of node ${name} is ${describeCondition(ready)}`) };
};
