/** A rollout took the old pod away and the new one is not usable yet. */
import type { PodEntry } from '../../inventory/index.ts';
import type { Predicate, Subject } from '../subject.ts';
import { startDueMono, stuckDueMono } from './deadlines.ts';
import { isLive } from './live-pod.ts';

interface Replaced {
  readonly hash: string;
  readonly dueMono: number;
}

/** Only with strategy RollingUpdate and within the start deadline: of the old pod's end, or of the new pod's creation. */
export const rolloutReplacing: Predicate = (subject) => {
  const { daemonSet, placement, newestHash, now } = subject;
  if (daemonSet?.object.strategy !== 'RollingUpdate' || !placement.shouldRun) return undefined;
  const replaced = findReplaced(subject);
  if (replaced === undefined || !isOld(replaced.hash, newestHash) || now.monoMs >= replaced.dueMono) return undefined;
  return { code: 'RolloutReplacing', message: `The rollout replaces revision ${replaced.hash} by ${newestHash} here.` };
};

function isOld(hash: string, newestHash: string): boolean {
  return hash !== '' && newestHash !== '' && hash !== newestHash;
}

function findReplaced(subject: Subject): Replaced | undefined {
  const { pod, gone } = subject;
  if (pod === undefined) return gone && { hash: gone.hash, dueMono: startDueMono(subject, gone.monoMs) };
  const stuckMono = stuckDueMono(pod);
  if (stuckMono !== undefined) return { hash: pod.object.hash, dueMono: stuckMono };
  const isNew = isLive(pod) && pod.object.ready.status !== 'True' && pod.object.hash === subject.newestHash;
  const hash = isNew ? findPreviousHash(subject, pod) : undefined;
  return hash === undefined ? undefined : { hash, dueMono: startDueMono(subject, pod.createdMono) };
}

// A pod that went long before this one was created was not replaced by it.
function findPreviousHash(subject: Subject, pod: PodEntry): string | undefined {
  const { pods, gone, newestHash } = subject;
  const leaving = pods.find((other) => other.deletedMono !== undefined && isOld(other.object.hash, newestHash));
  if (leaving !== undefined) return leaving.object.hash;
  return gone !== undefined && pod.createdMono < startDueMono(subject, gone.monoMs) ? gone.hash : undefined;
}
