/** Which pods can still come to serve; faults of schedulers and containers are looked for on these only. */
import type { ContainerObject, PodObject, Termination } from '@rollcall/contract';
import type { PodEntry } from '../../inventory/index.ts';
import type { Subject } from '../subject.ts';

/** True unless the pod is terminating or has ended: its phase and its containers then say nothing of the next one. */
export function isLive({ object, deletedMono }: PodEntry): boolean {
  return deletedMono === undefined && object.phase !== 'Failed' && object.phase !== 'Succeeded';
}

/** The judged pod if it is live. */
export function findLivePod({ pod }: Subject): PodObject | undefined {
  return pod !== undefined && isLive(pod) ? pod.object : undefined;
}

/** The kubelet writes a container's end and the pod's loss of readiness within one sync of each other. */
const ONE_SYNC_MS = 60_000;

/** True if the pod has not become ready since that end: an older one is history, and not why it is not ready now. Both times are the kubelet's. */
export function isWhyNotReady({ finishedAt }: Termination, { readySince }: PodObject): boolean {
  return finishedAt === undefined || readySince === undefined || readySince <= finishedAt + ONE_SYNC_MS;
}

/** A container and the live pod that it is in. */
export interface LiveContainer {
  readonly pod: PodObject;
  readonly container: ContainerObject;
}

/** The first container of the judged pod, if that is live, for which the test holds. */
export function findContainer(
  subject: Subject,
  test: (container: ContainerObject, pod: PodObject) => boolean,
): LiveContainer | undefined {
  const pod = findLivePod(subject);
  const container = pod?.containers.find((candidate) => test(candidate, pod));
  return pod === undefined || container === undefined ? undefined : { pod, container };
}

const CREATING = new Set(['ContainerCreating', 'PodInitializing']);

/** True for a bound pod of which no container has begun: the kubelet prepares its volumes and its sandbox, in this order. */
export function isBeingCreated({ bound, containers }: PodObject): boolean {
  return bound && containers.length > 0 && containers.every(({ waiting }) => CREATING.has(waiting?.reason ?? ''));
}
