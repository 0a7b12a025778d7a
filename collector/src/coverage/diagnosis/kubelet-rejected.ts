/** The kubelet refused the pod at admission or ended it at a node shutdown: phase Failed with a reason of its own. */
import type { Predicate } from '../subject.ts';
import { describeReason, namePod, sentence } from './wording.ts';

// These have predicates of their own; all other reasons are the kubelet's open set (OutOfcpu, NodeAffinity, NodeShutdown, ...).
const EVICTIONS = new Set(['Evicted', 'Preempting']);

const RETRY = 'The DaemonSet controller replaces it after a back-off of 1 s, doubling up to 15 min.';

/** With the controller's retry: it deletes the Failed pod and creates the next after a back-off. */
export const kubeletRejected: Predicate = ({ pod }) => {
  if (pod === undefined || pod.object.phase !== 'Failed') return undefined;
  if (pod.object.reason === '' || EVICTIONS.has(pod.object.reason)) return undefined;
  const refusal = sentence(`the kubelet does not run ${namePod(pod.object)}${describeReason(pod.object)}`);
  return { code: 'KubeletRejected', message: `${refusal} ${RETRY}` };
};
