/** Reads projected pods for tests: what a pod shares with others lies behind it, where a test that compares would not look. */
import type { PodObject } from '@rollcall/contract';

/** A copy of the pod that has every field itself. */
export function spreadPod(pod: PodObject): PodObject {
  const { uid, name, namespace, ownerUid, target, bound, phase, reason, message, hash, imageIds } = pod;
  const { createdAt, deletedAt, finalizers, ready, readySince, scheduled, initialized, disruption, sandbox } = pod;
  const { containers } = pod;
  return {
    ...{ uid, name, namespace, ownerUid, target, bound, phase, reason, message, hash, imageIds },
    ...{ createdAt, deletedAt, finalizers, ready, readySince, scheduled, initialized, disruption, sandbox, containers },
  };
}
