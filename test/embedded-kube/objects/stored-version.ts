/** One version of one object, with its JSON made at most once however many watchers and lists send it. */
import type { KubeObject } from './kube-object.ts';

/** A stored version; `key` is its place in the order of lists. */
export type StoredVersion = { readonly key: string; readonly object: KubeObject; json(): string };

/** `namespace/name`, or the name alone without a namespace: the order of these keys is the order of lists. */
export function keyOf(name: string, namespace: string | undefined): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** A version of an object. Kind and apiVersion come first in its JSON, so that a list can leave them out by cutting. */
export function storedVersion(object: KubeObject): StoredVersion {
  let json: string | undefined;
  const { kind, apiVersion, metadata, ...rest } = object;
  return {
    key: keyOf(metadata.name, metadata.namespace),
    object,
    json: () => (json ??= JSON.stringify({ kind, apiVersion, metadata, ...rest })),
  };
}
