/** The kubelet refused the pod at admission or ended it at a node shutdown: phase Failed with a reason of its own. */
import type { Predicate } from '../subject.ts';
import { findFailed } from './failed-pod.ts';
import { describeReason, sentence } from './wording.ts';

// These have predicates of their own; all other reasons are the kubelet's open set (OutOfcpu, NodeAffinity, NodeShutdown, ...).
const EVICTIONS = new Set(['Evicted', 'Preempting']);

const RETRY = 'The DaemonSet controller replaces it after a back-off of 1 s, doubling up to 15 min.';

// What the kubelet's words mean: pkg/kubelet/lifecycle/predicate.go, pkg/kubelet/nodeshutdown and pkg/kubelet/cm of 1.36.
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^OutOf/, 'The node has less room than the scheduler believed.'],
  [/^NodeAffinity$/, "The node's labels no longer fit the pod's nodeSelector or affinity."],
  [/^PodOS/, "The pod is for another operating system than the node's."],
  [/^UnexpectedAdmissionError$/, 'A device, CPU or memory manager of the kubelet could not give it what it asks for.'],
  [
    /^TopologyAffinityError$|^SMTAlignmentError$/,
    'Its CPUs and devices cannot be given in the alignment that the kubelet is set to.',
  ],
  [/^NodeShutdown$|^Terminated$/, 'The node is shutting down.'],
];

/** With the controller's retry: it deletes the Failed pod and creates the next after a back-off. */
export const kubeletRejected: Predicate = (subject) => {
  const failed = findFailed(subject);
  if (failed === undefined || failed.reason === '' || EVICTIONS.has(failed.reason)) return undefined;
  const refusal = sentence(`the kubelet does not run ${failed.name}${describeReason(failed)}`);
  const meaning = MEANINGS.find(([pattern]) => pattern.test(failed.reason))?.[1];
  const message = [refusal, meaning, RETRY].filter((part) => part !== undefined).join(' ');
  return { code: 'KubeletRejected', message, retryDueMono: failed.retryDueMono };
};
