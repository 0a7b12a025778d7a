/** Layer 1: a pod of the DaemonSet is on the node, Ready for minReadySeconds, not terminating, and the Node itself is Ready. */
import { podSource, WATCH } from '@rollcall/contract';
import type { PodEntry } from '../inventory/index.ts';
import type { Layer, LayerAnswer, Subject } from './subject.ts';

const GOOD: LayerAnswer = { answer: 'good' };
const BAD: LayerAnswer = { answer: 'bad' };
const NOT_ASKED: LayerAnswer = { answer: 'notAsked' };
const UNKNOWN: LayerAnswer = { answer: 'unknown' };

/**
 * The pod layer. A pod on a dead node still reads Ready, therefore the Node's own condition counts too. Without the DaemonSet no node
 * has a pod that it owns: what still runs is an orphan, or about to be collected.
 */
export const podLayer: Layer = {
  name: 'pod',
  // An absent DaemonSet has no pods, so nobody watches them.
  sources: ({ policy, daemonSet }) =>
    daemonSet === undefined
      ? [WATCH.nodes, WATCH.daemonsets]
      : [WATCH.nodes, WATCH.daemonsets, podSource(policy.namespace, policy.daemonset)],
  judge: (subject) => {
    const { policy, node, pool, pods, daemonSet, now } = subject;
    if (!policy.podLayer.asked || policy.podLayer.offPools.includes(pool)) return NOT_ASKED;
    if (isGone(daemonSet) || node.object.ready.status !== 'True') return BAD;
    const availableMono = firstAvailable(pods, daemonSet?.object.minReadySeconds ?? 0);
    if (availableMono <= now.monoMs) return GOOD;
    return availableMono === Infinity ? BAD : { answer: 'bad', lookAgainMono: availableMono };
  },
  judgeBlind: ({ policy, node, pool, daemonSet }, isLive) => {
    if (!policy.podLayer.asked || policy.podLayer.offPools.includes(pool)) return NOT_ASKED;
    const dead = isLive(WATCH.nodes) && node.object.ready.status !== 'True';
    return dead || (isLive(WATCH.daemonsets) && isGone(daemonSet)) ? BAD : UNKNOWN;
  },
};

/** When the first of the pods that serve is, or will be, available; Infinity without any. */
function firstAvailable(pods: Subject['pods'], minReadySeconds: number): number {
  let firstReady = Infinity;
  for (const pod of pods) if (isServing(pod)) firstReady = Math.min(firstReady, pod.readySinceMono);
  return firstReady + minReadySeconds * 1000;
}

function isGone(daemonSet: Subject['daemonSet']): boolean {
  return daemonSet === undefined || daemonSet.object.deletedAt !== undefined;
}

/** True for a pod that is Ready, not on its way out and not ended: the Ready condition of a Failed pod may still say True. */
export function isServing({ object }: PodEntry): boolean {
  const ended = object.phase === 'Failed' || object.phase === 'Succeeded';
  return object.ready.status === 'True' && object.deletedAt === undefined && !ended;
}

/** The pod to judge: the newest that is not terminating, else the newest. Equal ages are told apart by UID, so that the order of events does not matter. */
export function pickPod(pods: Subject['pods']): PodEntry | undefined {
  let best: PodEntry | undefined;
  for (const pod of pods) if (best === undefined || isBetter(pod, best)) best = pod;
  return best;
}

function isBetter(one: PodEntry, other: PodEntry): boolean {
  const oneLives = one.object.deletedAt === undefined;
  if (oneLives !== (other.object.deletedAt === undefined)) return oneLives;
  if (one.createdMono !== other.createdMono) return one.createdMono > other.createdMono;
  return one.object.uid > other.object.uid;
}
