/** The pod was evicted: by the kubelet under pressure, through the eviction API (a drain), or for a NoExecute taint. */
import type { Predicate } from '../subject.ts';
import { replacementDueMono } from './retry-due.ts';
import { describeReason, namePod, quote, sentence } from './wording.ts';

const DISRUPTIONS = new Map([
  ['EvictionByEvictionAPI', 'That is what a drain does.'],
  ['DeletionByTaintManager', 'The node has a NoExecute taint that the pod does not tolerate, or no longer.'],
]);
const PRESSURE = /Pressure$/;

/** Phase Failed with reason Evicted, or a DisruptionTarget condition that is True. Names the node's present pressures. */
export const evicted: Predicate = (subject) => {
  const { pod, node } = subject;
  if (pod === undefined) return undefined;
  const { phase, reason, disruption } = pod.object;
  if (phase === 'Failed' && reason === 'Evicted') {
    const pressures = node.object.problems.map(({ type }) => type).filter((type) => PRESSURE.test(type));
    const present = pressures.length === 0 ? '' : ` The node still has ${quote(pressures.join(', '))}.`;
    const message = sentence(`${namePod(pod.object)} was evicted${describeReason(pod.object)}`) + present;
    return { code: 'Evicted', message, retryDueMono: replacementDueMono(subject) };
  }
  const meaning = disruption?.status === 'True' ? DISRUPTIONS.get(disruption.reason) : undefined;
  if (disruption === undefined || meaning === undefined) return undefined;
  const message = sentence(`${namePod(pod.object)} was evicted${describeReason(disruption)}`);
  return { code: 'Evicted', message: `${message} ${meaning}` };
};
