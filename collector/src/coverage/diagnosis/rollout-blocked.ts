/**
 * A rollout does not come to this node, since nodes that are down eat its budget. The controller replaces pods that are unavailable
 * whatever the budget is (pkg/controller/daemon, rollingUpdate), so this is why a node is not on the newest revision, hardly ever why it is uncovered.
 */
import type { Predicate } from '../subject.ts';
import { findLivePod } from './live-pod.ts';
import { namePod, quote } from './wording.ts';

const SHOWN = 3;

/** Holds on a node whose pod is of an older revision, while as many nodes as the budget has are not Ready. */
export const rolloutBlocked: Predicate = (subject) => {
  const pod = findLivePod(subject);
  const { daemonSet, newestHash } = subject;
  if (daemonSet?.object.strategy !== 'RollingUpdate' || pod === undefined) return undefined;
  if (pod.hash === '' || newestHash === '' || pod.hash === newestHash) return undefined;
  const { budget, downNodes } = subject.rollout;
  const others = downNodes.filter((name) => name !== subject.node.object.name);
  if (budget === 0 || others.length < budget) return undefined;
  const { surge, rolloutBudget } = daemonSet.object;
  const shown = others.slice(0, SHOWN).map(quote).join(', ');
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
  const message = `${namePod(pod)} waits for revision ${newestHash}: ${surge ? 'maxSurge' : 'maxUnavailable'} ${rolloutBudget} lets ${budget} at a time, and so many nodes are not Ready: ${shown}${more}.`;
  return { code: 'RolloutBlocked', message: message.slice(0, 1).toUpperCase() + message.slice(1) };
};
