/** The steps of a join: when a node that is covered for the first time came through each, by the objects' own times. */
import {
  JOIN_STEPS,
  JOIN_TOTAL,
  NODE_TO_POD,
  scheduledAtOf,
  startedAtOf,
  type JoinStep,
  type Policy,
} from '@rollcall/contract';
import type { Joining } from './join-memory.ts';
import type { Subject } from './subject.ts';

/** The stages of a join in milliseconds; `coveredMono` is its end. */
export interface JoinTimes {
  readonly coveredMono: number;
  readonly stages: Readonly<Record<string, number>>;
}

/**
 * Kubernetes' times are whole seconds, and one that changes under our eyes is dated by its arrival. Its own word is better as long as
 * the two are this near; further apart a clock is wrong.
 */
const NEAR_MS = 5_000;

/** The moment that an object's own time names, unless it is too far from when that was seen. */
export function datedAt({ now }: Pick<Subject, 'now'>, ownWallMs: number | undefined, seenMono: number): number {
  if (ownWallMs === undefined) return seenMono;
  const own = now.monoMs - (now.wallMs - ownWallMs);
  return Math.abs(own - seenMono) <= NEAR_MS ? own : seenMono;
}

/** When a join begins by its policy; undefined while that did not happen. A node that was never Ready has not begun to join. */
export function joinStart(
  { join }: Policy,
  createdMono: number,
  { readyMono, eligibleMono }: Joining,
): number | undefined {
  if (readyMono === undefined) return undefined;
  switch (join.from) {
    case 'Created':
      return createdMono;
    case 'Ready':
      return readyMono;
    case 'Eligible':
      return eligibleMono;
  }
}

/** The times of a join that began at `startMono` and is over: the node is covered now. */
export function timeJoin(subject: Subject, joining: Joining, startMono: number): JoinTimes {
  const coveredMono = Math.max(startMono, coveredAt(subject));
  const at = stepTimes(subject, joining, coveredMono);
  const stages: Record<string, number> = {};
  let reachedMono = startMono;
  for (const step of JOIN_STEPS) {
    const stepMono = at[step];
    if (stepMono === undefined) continue;
    const next = Math.min(coveredMono, Math.max(reachedMono, stepMono));
    stages[step] = next - reachedMono;
    reachedMono = next;
  }
  stages[JOIN_TOTAL] = coveredMono - startMono;
  const { pod, node } = subject;
  if (pod !== undefined) stages[NODE_TO_POD] = Math.max(0, pod.createdMono - node.createdMono);
  return { coveredMono, stages };
}

/** By the pod's and the node's own times where these are all that is asked; else it is known no better than that it is so now. */
function coveredAt(subject: Subject): number {
  const { policy, node, now } = subject;
  const others = [policy.daemonLayer, policy.heartbeatLayer, policy.meshLayer, policy.ingestionLayer];
  if (!policy.podLayer.asked || others.some((layer) => layer !== undefined)) return now.monoMs;
  const readyMono = datedAt(subject, node.object.readySince, node.readySinceMono);
  return Math.min(now.monoMs, Math.max(readyMono, podAvailableAt(subject) ?? now.monoMs));
}

function podAvailableAt(subject: Subject): number | undefined {
  const readyMono = podReadyAt(subject);
  return readyMono === undefined ? undefined : readyMono + (subject.daemonSet?.object.minReadySeconds ?? 0) * 1_000;
}

function podReadyAt(subject: Subject): number | undefined {
  const { pod } = subject;
  if (pod?.object.ready.status !== 'True') return undefined;
  return datedAt(subject, pod.object.readySince, pod.readySinceMono);
}

function stepTimes(
  subject: Subject,
  { readyMono, eligibleMono, registeredMono }: Joining,
  coveredMono: number,
): Readonly<Record<JoinStep, number | undefined>> {
  const { pod, now } = subject;
  const mono = (wallMs: number | undefined): number | undefined =>
    wallMs === undefined ? undefined : now.monoMs - (now.wallMs - wallMs);
  return {
    ready: readyMono,
    eligible: eligibleMono,
    pod_created: pod?.createdMono,
    scheduled: pod && mono(scheduledAtOf(pod.object)),
    started: pod && mono(startedAtOf(pod.object)),
    pod_ready: podReadyAt(subject),
    registered: registeredMono,
    covered: coveredMono,
  };
}
