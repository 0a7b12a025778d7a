/** What a deletion request does: grace for pods, finalizers for all, preconditions. */
import { conflict } from './api-failure.ts';
import { readPath, readText } from './json.ts';
import { toTimestamp, type KubeObject, type ObjectMeta } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** DeleteOptions as far as they are obeyed. There is no garbage collector: propagationPolicy is ignored. */
export type DeleteOptions = {
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
};

/** `remove`: gone now; `mark`: stays, changed as given; `wait`: already on its way, nothing changes. */
export type DeletionStep =
  { readonly step: 'remove' | 'wait' } | { readonly step: 'mark'; readonly marked: KubeObject };

const DEFAULT_GRACE_SECONDS = 30;

/** Decides a deletion at `now` (milliseconds); throws 409 on a failed precondition. */
export function decideDeletion(
  type: ResourceType,
  current: KubeObject,
  { options, now }: { readonly options: DeleteOptions; readonly now: number },
): DeletionStep {
  checkPreconditions(type, current.metadata, options);
  const { metadata } = current;
  const pending = metadata.deletionGracePeriodSeconds ?? 0;
  if (metadata.deletionTimestamp !== undefined && pending > 0) return shorten(current, options, now);
  const grace = type.graceful && metadata.deletionTimestamp === undefined ? graceOf(current, options) : 0;
  if (grace > 0) return { step: 'mark', marked: mark(current, grace, now) };
  if ((metadata.finalizers ?? []).length === 0) return { step: 'remove' };
  if (metadata.deletionTimestamp !== undefined) return { step: 'wait' };
  return { step: 'mark', marked: mark(current, 0, now) };
}

/** True when an update has taken the last thing away that kept a deleted object: its finalizers. */
export function isDeletionComplete(metadata: ObjectMeta): boolean {
  const grace = metadata.deletionGracePeriodSeconds ?? 0;
  return metadata.deletionTimestamp !== undefined && grace === 0 && (metadata.finalizers ?? []).length === 0;
}

function graceOf(pod: KubeObject, options: DeleteOptions): number {
  const isOver = ['Succeeded', 'Failed'].includes(readText(pod, ['status', 'phase']));
  if (isOver || readText(pod, ['spec', 'nodeName']) === '') return 0;
  const own = readPath(pod, ['spec', 'terminationGracePeriodSeconds']);
  const grace = options.gracePeriodSeconds ?? (typeof own === 'number' ? own : DEFAULT_GRACE_SECONDS);
  return grace < 0 ? 1 : grace;
}

function mark(current: KubeObject, graceSeconds: number, now: number): KubeObject {
  const { generation } = current.metadata;
  const metadata: ObjectMeta = {
    ...current.metadata,
    deletionTimestamp: toTimestamp(now + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
    ...(generation !== undefined && { generation: generation + 1 }),
  };
  return { ...current, metadata };
}

/** A second request may only shorten the grace that is left. */
function shorten(current: KubeObject, options: DeleteOptions, now: number): DeletionStep {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: pending = 0, finalizers = [] } = current.metadata;
  const wanted = options.gracePeriodSeconds;
  if (wanted === undefined || wanted >= pending) return { step: 'wait' };
  if (wanted === 0 && finalizers.length === 0) return { step: 'remove' };
  const moved = Date.parse(deletionTimestamp) + (wanted - pending) * 1000;
  const metadata: ObjectMeta = {
    ...current.metadata,
    deletionTimestamp: toTimestamp(Math.max(moved, now)),
    deletionGracePeriodSeconds: moved < now && wanted > 0 ? 1 : wanted,
  };
  return { step: 'mark', marked: { ...current, metadata } };
}

function checkPreconditions(type: ResourceType, metadata: ObjectMeta, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid ?? ''}). The object might have been deleted and then recreated`;
    throw conflict(type, metadata.name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`;
    throw conflict(type, metadata.name, why);
  }
}
