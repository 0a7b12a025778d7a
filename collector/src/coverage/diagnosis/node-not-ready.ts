/** The node's kubelet reports, and says that the node is not Ready. */
import type { Predicate, Subject } from '../subject.ts';
import { describeCondition, describeLease, sentence } from './wording.ts';

/** Holds for every status but True and Unknown. */
export const nodeNotReady: Predicate = (subject) => {
  const { name, ready } = subject.node.object;
  if (ready.status === 'True' || ready.status === 'Unknown') return undefined;
  const message = sentence(`Ready of node ${name} is ${describeCondition(ready)}`) + describeLease(subject);
  return { code: 'NodeNotReady', message };
};

// The kubelet's own words; containerd and CRI-O report the same condition.
const NO_NETWORK = /NetworkPluginNotReady|cni plugin not initialized|network plugin/i;

/** True when the node waits for the network that this daemon itself provides: then the node is the symptom. */
export function isMissingOwnNetwork({ policy, node }: Subject): boolean {
  return policy.providesNetwork && NO_NETWORK.test(`${node.object.ready.reason} ${node.object.ready.message}`);
}
