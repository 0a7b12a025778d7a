/** Layer 1: a pod of the DaemonSet is on the node, Ready for minReadySeconds, not terminating, and the Node itself is Ready. */
import { podSource, WATCH, type Check } from '@rollcall/contract';
import type { PodEntry } from '../inventory/index.ts';
import {
  describeCondition,
  describeEnd,
  describeLease,
  describeReason,
  describeState,
  stop,
} from './diagnosis/wording.ts';
import { sayDuration } from './say-duration.ts';
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
  isAsked: ({ podLayer: { asked } }) => asked,
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
  check: checkPodLayer,
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
  return object.ready.status === 'True' && object.deletedAt === undefined && !isEnded(object);
}

function isEnded({ phase }: PodEntry['object']): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/** The pod to judge: the newest that is not terminating, else the newest. Equal ages are told apart by UID, so that the order of events does not matter. */
export function pickPod(pods: Subject['pods']): PodEntry | undefined {
  let best: PodEntry | undefined;
  for (const pod of pods) if (best === undefined || isBetter(pod, best)) best = pod;
  return best;
}

/** The one of several that serve that is picked in the same way. */
export function pickServing(pods: Subject['pods']): PodEntry | undefined {
  return pickPod(pods.filter(isServing));
}

function isBetter(one: PodEntry, other: PodEntry): boolean {
  const oneLives = one.object.deletedAt === undefined;
  if (oneLives !== (other.object.deletedAt === undefined)) return oneLives;
  if (one.createdMono !== other.createdMono) return one.createdMono > other.createdMono;
  return one.object.uid > other.object.uid;
}

function checkPodLayer(subject: Subject): readonly Check[] {
  const nodeReady = checkNodeReady(subject);
  // Of several pods the one that serves is what makes the layer good.
  const pod = pickServing(subject.pods) ?? subject.pod;
  if (pod === undefined) return [nodeReady, { check: 'pod on the node', outcome: 'fail', seen: absence(subject) }];
  return [
    nodeReady,
    checkBound(pod),
    ...pod.object.containers.map(checkContainer),
    checkPodReady(subject, pod),
    ...checkAvailable(subject, pod),
    checkRevision(subject, pod),
  ];
}

function checkNodeReady(subject: Subject): Check {
  const { node, now } = subject;
  const { ready } = node.object;
  const age = sayDuration(now.monoMs - node.readySinceMono);
  if (ready.status === 'True') return { check: 'node Ready', outcome: 'pass', seen: `for ${age}` };
  return {
    check: 'node Ready',
    outcome: 'fail',
    seen: stop(`${ready.status} for ${age}${describeReason(ready)}`) + describeLease(subject),
  };
}

function absence({ placement, gone, now }: Subject): string {
  const last = gone === undefined ? '' : `, the last one went ${sayDuration(now.monoMs - gone.monoMs)} ago`;
  return `no pod of the DaemonSet${placement.shouldRun ? '' : ', and none will come: not eligible'}${last}`;
}

function checkBound({ object }: PodEntry): Check {
  const seen = `${object.namespace}/${object.name}, ${object.phase || 'new'}${describeReason(object)}`;
  if (object.bound) return { check: 'pod on the node', outcome: isEnded(object) ? 'fail' : 'pass', seen };
  const scheduled = object.scheduled === undefined ? ': no scheduler has answered' : describeReason(object.scheduled);
  return { check: 'pod on the node', outcome: 'fail', seen: `${seen}, not scheduled${scheduled}` };
}

function checkContainer(container: PodEntry['object']['containers'][number]): Check {
  const isWell = container.ready || (container.init && container.terminated?.exitCode === 0);
  const check = `${container.init ? 'init container' : 'container'} ${container.name}`;
  const last = container.lastTerminated === undefined ? '' : `; its last run: ${describeEnd(container.lastTerminated)}`;
  return { check, outcome: isWell ? 'note' : 'fail', seen: `${describeState(container)}${last}` };
}

function checkPodReady({ now }: Subject, pod: PodEntry): Check {
  const { object, deletedMono } = pod;
  const age = `for ${sayDuration(now.monoMs - pod.readySinceMono)}`;
  if (isServing(pod)) return { check: 'pod Ready', outcome: 'pass', seen: age };
  if (deletedMono === undefined)
    return { check: 'pod Ready', outcome: 'fail', seen: describeCondition(object.ready) || 'not reported' };
  const over = now.monoMs - deletedMono;
  const grace = over > 0 ? `its grace ended ${sayDuration(over)} ago` : `its grace ends in ${sayDuration(-over)}`;
  return { check: 'pod Ready', outcome: 'fail', seen: `terminating, ${grace}` };
}

function checkAvailable({ daemonSet, now }: Subject, pod: PodEntry): readonly Check[] {
  const wanted = daemonSet?.object.minReadySeconds ?? 0;
  if (wanted === 0 || !isServing(pod)) return [];
  const ms = now.monoMs - pod.readySinceMono;
  const outcome = ms >= wanted * 1000 ? 'pass' : 'fail';
  return [{ check: 'minReadySeconds', outcome, seen: `Ready for ${sayDuration(ms)}, ${wanted} s are asked` }];
}

function checkRevision({ newestHash }: Subject, { object }: PodEntry): Check {
  if (newestHash === '') return { check: 'newest revision', outcome: 'unknown', seen: 'no revision was seen' };
  if (object.hash === newestHash) return { check: 'newest revision', outcome: 'pass', seen: object.hash };
  return { check: 'newest revision', outcome: 'note', seen: `runs ${object.hash}, the newest is ${newestHash}` };
}
