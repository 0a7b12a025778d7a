/** How many pods of a DaemonSet's revision run which images: one entry for each difference, not for each pod. */
import type { PodObject } from '@rollcall/contract';

/** Owner UID, then revision, then image ids to a number of pods. */
export type ImageCounts = Map<string, Map<string, Map<string, number>>>;

type Run = Pick<PodObject, 'ownerUid' | 'hash' | 'imageIds'>;

const NONE: ReadonlyMap<string, number> = new Map();

/** Counts a pod in place that has begun (1) or ended (-1) to run these images; one that runs none yet is not counted. */
export function countImages(counts: ImageCounts, { ownerUid, hash, imageIds }: Run, by: 1 | -1): void {
  if (ownerUid === '' || imageIds === '') return;
  const byHash = counts.get(ownerUid) ?? new Map<string, Map<string, number>>();
  const byImages = byHash.get(hash) ?? new Map<string, number>();
  const count = (byImages.get(imageIds) ?? 0) + by;
  if (count > 0) byImages.set(imageIds, count);
  else byImages.delete(imageIds);
  if (byImages.size > 0) byHash.set(hash, byImages);
  else byHash.delete(hash);
  if (byHash.size > 0) counts.set(ownerUid, byHash);
  else counts.delete(ownerUid);
}

/** The images that pods of that revision run, each with the number of them. */
export function imagesOf(counts: ImageCounts, ownerUid: string, hash: string): ReadonlyMap<string, number> {
  return counts.get(ownerUid)?.get(hash) ?? NONE;
}
