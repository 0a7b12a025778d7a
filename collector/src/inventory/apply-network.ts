/** Keeps NetworkPolicies and labels of namespaces: few objects, asked for by the policies that say where their daemon sends to. */
import type { NamespaceLabelsObject, NetworkPolicyObject, ObjectEvent } from '@rollcall/contract';
import type { NetworkBook } from './network-book.ts';
import { NOTHING, type Touched } from './touched.ts';

type NetworkEvent =
  ObjectEvent<'networkPolicy', NetworkPolicyObject> | ObjectEvent<'namespaceLabels', NamespaceLabelsObject>;

/** Applies a NetworkPolicy, or the labels of a namespace, in place. */
export function applyNetwork(book: NetworkBook, event: NetworkEvent): Touched {
  return event.kind === 'networkPolicy'
    ? change(book, event, { map: book.policies, namespaceOf: ({ namespace }) => namespace })
    : change(book, event, { map: book.namespaces, namespaceOf: ({ name }) => name });
}

interface Kind<T> {
  readonly map: Map<string, T>;
  namespaceOf(object: T): string;
}

function change<T>(book: NetworkBook, { uid, object }: ObjectEvent<string, T>, { map, namespaceOf }: Kind<T>): Touched {
  const about = object ?? map.get(uid);
  if (about === undefined) return NOTHING;
  if (object === undefined) map.delete(uid);
  else map.set(uid, object);
  book.version += 1;
  return { kind: 'network', namespace: namespaceOf(about) };
}
