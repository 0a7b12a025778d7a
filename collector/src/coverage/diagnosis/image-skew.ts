/** Pods of one revision run different images: a tag was moved, and who pulled later got something else. */
import type { Predicate } from '../subject.ts';
import { findLivePod } from './live-pod.ts';
import { namePod, quote, sentence } from './wording.ts';

/** A finding: it never is the primary reason. Only of the pods that do not run what most do; of all where no image is ahead. */
export const imageSkew: Predicate = (subject) => {
  const pod = findLivePod(subject);
  const { imageCounts } = subject;
  const own = pod && imageCounts.get(pod.imageIds);
  if (pod === undefined || own === undefined || imageCounts.size < 2) return undefined;
  const others = [...imageCounts].filter(([ids]) => ids !== pod.imageIds).toSorted(byCount);
  const [most] = others;
  if (most === undefined || most[1] < own) return undefined;
  const total = others.reduce((sum, [, count]) => sum + count, own);
  const seen = `${namePod(pod)} runs ${quote(pod.imageIds)} as ${own} of ${total} pods of its revision do, and ${most[1]} run ${quote(most[0])}`;
  return { code: 'ImageSkew', message: sentence(seen) };
};

function byCount([ids, count]: readonly [string, number], [otherIds, other]: readonly [string, number]): number {
  return count === other ? (ids < otherIds ? -1 : 1) : other - count;
}
