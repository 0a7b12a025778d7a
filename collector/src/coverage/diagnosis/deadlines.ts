/** The instants at which an answer changes by itself: each deadline belongs to what comes after it. */
import type { Policy } from '@rollcall/contract';
import { evidenceEndsMono, refusedUntilMono, type GonePod, type PodEntry } from '../../inventory/index.ts';
import { isServing } from '../pod-layer.ts';
import type { Subject } from '../subject.ts';
import { leaseEndsMono } from './leader-silence.ts';
import { isBeingCreated } from './live-pod.ts';

/** A scheduler that is alive answers within this time. */
const SCHEDULER_SILENCE_MS = 30_000;
/** A kubelet that is well has made a sandbox within this time. */
const SANDBOX_MS = 60_000;
/** A controller and a scheduler that are well have the next pod on its node within this time. */
const SUCCESSION_MS = 10_000;
/** A kubelet that is alive has removed a pod this long after its grace period. */
const REMOVAL_MS = 30_000;

/** When the start deadline of something that began at `sinceMono` has passed. */
export function startDueMono({ policy }: Subject, sinceMono: number): number {
  return sinceMono + policy.podLayer.startDeadlineMs;
}

/** When a node without a pod is past its start deadline, counted from becoming eligible, losing the last pod, or the end of its refusal; undefined if neither is known. */
export function absenceDueMono(subject: Subject): number | undefined {
  const { past, gone, making } = subject;
  const resumed = making.refusals?.madeMono ?? -Infinity;
  const since = Math.max(past.eligibleSinceMono ?? -Infinity, gone?.monoMs ?? -Infinity, resumed);
  return since === -Infinity ? undefined : startDueMono(subject, since);
}

/** For how long a scheduler may say nothing of a pod: never longer than the daemon may take to start. */
export function silenceMs({ podLayer }: Policy): number {
  return Math.min(SCHEDULER_SILENCE_MS, podLayer.startDeadlineMs);
}

/** When a scheduler that has said nothing of the pod counts as down: after its silence, or with the Lease of the one that is meant. */
export function silenceDueMono(subject: Subject, { createdMono }: PodEntry): number {
  const { making, daemonSet, policy } = subject;
  const isUsual = isUsualScheduler(daemonSet?.object.podTemplate.schedulerName);
  const endsMono = (isUsual ? leaseEndsMono(making.schedulerLease) : undefined) ?? Infinity;
  return Math.min(createdMono + silenceMs(policy), Math.max(createdMono, endsMono));
}

/** True for the scheduler that every control plane brings, whose Lease is known. */
export function isUsualScheduler(name = ''): boolean {
  return name === '' || name === 'default-scheduler';
}

/** When a pod that still has no container counts as without a sandbox: Ready is False since the kubelet took it up, or since its sandbox went. */
export function sandboxDueMono({ createdMono, readySinceMono }: PodEntry): number {
  return Math.max(createdMono, readySinceMono) + SANDBOX_MS;
}

/** Until when the end of a pod that failed explains why its node has none that has begun: the DaemonSet controller makes the next one at once. */
export function failureEndsMono({ failed, monoMs }: GonePod): number | undefined {
  return failed === undefined ? undefined : monoMs + SUCCESSION_MS;
}

/** When a terminating pod counts as stuck; undefined for one that is not terminating. */
export function stuckDueMono({ deletedMono }: PodEntry): number | undefined {
  return deletedMono === undefined ? undefined : deletedMono + REMOVAL_MS;
}

/** When a Ready pod is available. */
export function availableDueMono({ daemonSet }: Subject, { readySinceMono }: PodEntry): number {
  return readySinceMono + (daemonSet?.object.minReadySeconds ?? 0) * 1000;
}

/** The earliest instant after now at which the diagnosis may change without an event; undefined if it cannot. */
export function nextDeadline(subject: Subject): number | undefined {
  const ahead = listDeadlines(subject).filter((due) => due !== undefined && due > subject.now.monoMs);
  return ahead.reduce<number | undefined>((first, due) => Math.min(first ?? Infinity, due ?? Infinity), undefined);
}

/** When a node whose pod serves should have a Daemon; undefined where it has one, or no such pod. */
export function registrationDueMono(subject: Subject): number | undefined {
  const { pod, daemon } = subject;
  if (daemon === undefined || daemon.matches.length > 0) return undefined;
  return pod !== undefined && isServing(pod) ? startDueMono(subject, pod.readySinceMono) : undefined;
}

function listDeadlines(subject: Subject): readonly (number | undefined)[] {
  const { pod, gone } = subject;
  const failureEnd = gone && failureEndsMono(gone);
  if (pod === undefined) {
    const { refusals } = subject.making;
    const refused = refusals && refusedUntilMono(refusals);
    return [
      absenceDueMono(subject),
      refused,
      failureEnd,
      gone === undefined ? undefined : startDueMono(subject, gone.monoMs),
    ];
  }
  const evidence = subject.podEvents.map(evidenceEndsMono);
  if (pod.deletedMono !== undefined) return [stuckDueMono(pod), ...evidence];
  return [
    failureEnd,
    ...evidence,
    pod.object.bound ? undefined : silenceDueMono(subject, pod),
    isBeingCreated(pod.object) ? sandboxDueMono(pod) : undefined,
    startDueMono(subject, pod.createdMono),
    // Any pod that serves makes the pod layer good when it is available, not only the judged one.
    ...subject.pods.filter(isServing).map((serving) => availableDueMono(subject, serving)),
    availableDueMono(subject, pod),
    registrationDueMono(subject),
  ];
}
