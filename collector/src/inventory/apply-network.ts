/** Keeps NetworkPolicies and labels of namespaces: few objects, asked for by the policies that say where their daemon sends to. */
import type { NamespaceLabelsObject, NetworkPolicyObject, ObjectEvent } from '@rollcall/contract';
import { NOTHING, type Touched } from './touched.ts';

/** What is known of the network. `version` rises with every change. */
export interface NetworkBook {
  /** By UID. */
  readonly policies: Map<string, NetworkPolicyObject>;
  /** By UID. */
  readonly namespaces: Map<string, NamespaceLabelsObject>;
  version: number;
}

/** A book that knows nothing yet. */
export function createNetworkBook(): NetworkBook {
  return { policies: new Map(), namespaces: new Map(), version: 0 };
}

/** Applies a NetworkPolicy in place. */
export function applyNetworkPolicy(
  book: NetworkBook,
  event: ObjectEvent<'networkPolicy', NetworkPolicyObject>,
): Touched {
  return change(book, book.policies, event, ({ namespace }) => namespace);
}

/** Applies the labels of a namespace in place. */
export function applyNamespaceLabels(
  book: NetworkBook,
  event: ObjectEvent<'namespaceLabels', NamespaceLabelsObject>,
): Touched {
  return change(book, book.namespaces, event, ({ name }) => name);
}

function change<T>(
  book: NetworkBook,
  map: Map<string, T>,
  { uid, object }: ObjectEvent<string, T>,
  namespaceOf: (object: T) => string,
): Touched {
  const about = object ?? map.get(uid);
  if (about === undefined) return NOTHING;
  if (object === undefined) map.delete(uid);
  else map.set(uid, object);
  book.version += 1;
  return { kind: 'network', namespace: namespaceOf(about) };
}
