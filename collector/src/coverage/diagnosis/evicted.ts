/** The pod was evicted: by the kubelet under pressure, through the eviction API (a drain), or for a NoExecute taint. */
import type { Hit, Predicate, Subject } from '../subject.ts';
import { findFailed } from './failed-pod.ts';
import { describeReason, namePod, quote, sentence } from './wording.ts';

const DISRUPTIONS = new Map([
  ['EvictionByEvictionAPI', 'That is what a drain does.'],
  ['DeletionByTaintManager', 'The node has a NoExecute taint that the pod does not tolerate, or no longer.'],
]);
const PRESSURE = /Pressure$/;

/** Phase Failed with reason Evicted, or a DisruptionTarget condition that is True. Names the node's present pressures. */
export const evicted: Predicate = (subject) => findFailure(subject) ?? findDisruption(subject);

function findFailure(subject: Subject): Hit | undefined {
  const failed = findFailed(subject);
  if (failed?.reason !== 'Evicted') return undefined;
  const pressures = subject.node.object.problems.map(({ type }) => type).filter((type) => PRESSURE.test(type));
  const present = pressures.length === 0 ? '' : ` The node still has ${quote(pressures.join(', '))}.`;
  const message = sentence(`${failed.name} was evicted${describeReason(failed)}`) + present;
  return { code: 'Evicted', message, retryDueMono: failed.retryDueMono };
}

function findDisruption({ pod }: Subject): Hit | undefined {
  const disruption = pod?.object.disruption;
  const meaning = disruption?.status === 'True' ? DISRUPTIONS.get(disruption.reason) : undefined;
  if (pod === undefined || disruption === undefined || meaning === undefined) return undefined;
  const message = sentence(`${namePod(pod.object)} was evicted${describeReason(disruption)}`);
  return { code: 'Evicted', message: `${message} ${meaning}` };
}
