/** One version of one object, as it is kept and as it is sent. */
import type { KubeObject } from './kube-object.ts';
import { wireObject, type WireObject } from './wire-object.ts';

/** A stored version; `key` is its place in the order of lists. */
export type StoredVersion = WireObject & { readonly key: string; readonly object: KubeObject };

/** `namespace/name`, or the name alone without a namespace: the order of these keys is the order of lists. */
export function keyOf(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** A version of an object. */
export function storedVersion(object: KubeObject): StoredVersion {
  const { name, namespace } = object.metadata;
  return { key: keyOf(name, namespace), object, ...wireObject(object) };
}
