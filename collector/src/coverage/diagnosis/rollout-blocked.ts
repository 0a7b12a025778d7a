/**
 * A rollout does not come to this node, since nodes that are down eat its budget. The controller replaces pods that are unavailable
 * whatever the budget is (pkg/controller/daemon, rollingUpdate), so this is why a node is not on the newest revision, never why it is uncovered.
 */
import type { Predicate } from '../subject.ts';
import { findLivePod } from './live-pod.ts';
import { staleRevision } from './stale-revision.ts';
import { namePod, quote, sentence } from './wording.ts';

const SHOWN = 3;

/** Holds on a node whose pod is of an older revision, while as many nodes as the budget has are not Ready. */
export const rolloutBlocked: Predicate = (subject) => {
  const pod = findLivePod(subject);
  if (pod === undefined || pod.hash === subject.newestHash || staleRevision(subject) === undefined) return undefined;
  if (subject.daemonSet?.object.strategy !== 'RollingUpdate') return undefined;
  const { budget, downNodes } = subject.rollout;
  const others = downNodes.filter((name) => name !== subject.node.object.name);
  if (budget === 0 || others.length < budget) return undefined;
  const { surge, rolloutBudget } = subject.daemonSet.object;
  const setting = `${surge ? 'maxSurge' : 'maxUnavailable'} ${rolloutBudget}`;
  const seen = `${namePod(pod)} waits for revision ${subject.newestHash}: ${setting} lets ${budget} at a time`;
  return { code: 'RolloutBlocked', message: sentence(`${seen}, and so many nodes are not Ready: ${list(others)}`) };
};

function list(nodes: readonly string[]): string {
  const more = nodes.length > SHOWN ? ` and ${nodes.length - SHOWN} more` : '';
  return nodes.slice(0, SHOWN).map(quote).join(', ') + more;
}
