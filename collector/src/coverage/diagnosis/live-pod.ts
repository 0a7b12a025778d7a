/** Which pods can still come to serve; faults of schedulers and containers are looked for on these only. */
import type { ContainerObject, PodObject } from '@rollcall/contract';
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

/** A container and the live pod that it is in. */
interface LiveContainer {
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
