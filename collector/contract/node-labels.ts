/** Reads the labels and annotations of a node, which lie in two maps each: what it shares with other nodes, and what is its own. */
import type { NodeObject, StringMap } from './objects.ts';

/** What of a node has its labels. */
export type Labelled = Pick<NodeObject, 'sharedLabels' | 'ownLabels'>;

/** The value of the node's label, undefined without that label. */
export function labelOf({ sharedLabels, ownLabels }: Labelled, key: string): string | undefined {
  return valueOf(sharedLabels, key) ?? valueOf(ownLabels, key);
}

/** All labels of the node in one map, for those who list them. */
export function labelsOf({ sharedLabels, ownLabels }: Labelled): StringMap {
  return Object.fromEntries([...Object.entries(sharedLabels), ...Object.entries(ownLabels)]);
}

/** The value of the node's annotation ('' where it is too long to be kept), undefined without that annotation. */
export function annotationOf(
  { sharedAnnotations, ownAnnotations }: Pick<NodeObject, 'sharedAnnotations' | 'ownAnnotations'>,
  key: string,
): string | undefined {
  return valueOf(sharedAnnotations, key) ?? valueOf(ownAnnotations, key);
}

// Keys come from users: `constructor` is a label like any other.
function valueOf(map: StringMap, key: string): string | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
