/** More than one daemon lives on the node, and no rollout asks for it. */
import type { Predicate } from '../subject.ts';
import { isLive } from './live-pod.ts';
import { quote } from './wording.ts';

/** A surge rollout runs two pods on purpose. The names are sorted: pods come in no particular order. */
export const duplicatePod: Predicate = ({ pods, daemonSet }) => {
  if (daemonSet === undefined || daemonSet.object.surge || pods.length < 2) return undefined;
  const live = pods.filter(isLive).map(({ object }) => object.name);
  if (live.length < 2) return undefined;
  return {
    code: 'DuplicatePod',
    message: `${live.length} live pods on one node: ${quote(live.toSorted().join(', '))}.`,
  };
};
