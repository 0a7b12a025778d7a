/** The pod was evicted: by the kubelet under pressure, through the eviction API (a drain), or for a NoExecute taint. */
import type { Predicate } from '../subject.ts';
import { describeReason, namePod, sentence } from './wording.ts';

const DISRUPTIONS = new Set(['EvictionByEvictionAPI', 'DeletionByTaintManager']);

/** Phase Failed with reason Evicted, or a DisruptionTarget condition that is True. */
export const evicted: Predicate = ({ pod }) => {
  if (pod === undefined) return undefined;
  const { phase, reason, disruption } = pod.object;
  const byKubelet = phase === 'Failed' && reason === 'Evicted' ? pod.object : undefined;
  const byOthers = disruption?.status === 'True' && DISRUPTIONS.has(disruption.reason) ? disruption : undefined;
  const words = byKubelet ?? byOthers;
  if (words === undefined) return undefined;
  return { code: 'Evicted', message: sentence(`${namePod(pod.object)} was evicted${describeReason(words)}`) };
};
