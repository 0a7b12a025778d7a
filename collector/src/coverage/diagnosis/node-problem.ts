/** The node has conditions other than Ready that are True: pressures, or those of node-problem-detector. */
import type { Predicate } from '../subject.ts';
import { describeReason, quote, sentence } from './wording.ts';

/** A finding: it never is the primary reason. */
export const nodeProblem: Predicate = ({ node }) => {
  const { name, problems } = node.object;
  if (problems.length === 0) return undefined;
  const list = problems.map((problem) => `${problem.type}${describeReason(problem)}`).join('; ');
  return { code: 'NodeProblem', message: sentence(`node ${name} has ${quote(list)}`) };
};
