/** Which resource a URL path names. */
import type { Registry } from '../objects/registry.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-type.ts';

/** A resource path; without a name it is the collection, without a namespace all of them. */
export type ResourcePath = {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: 'status' | undefined;
};

/** The resource that a path names, or undefined for a path that nothing serves. */
export function parseResourcePath(path: string, registry: Registry): ResourcePath | undefined {
  const parts = path.split('/').slice(1).map(decodeSegment);
  const version = versionOf(parts);
  if (version === undefined) return undefined;
  const { namespace, rest } = takeNamespace(version.rest);
  const [plural, name, subresource, ...more] = rest;
  const type = registry
    .types()
    .find((row) => row.plural === plural && apiVersionOf(row) === version.apiVersion && more.length === 0);
  if (type === undefined || !fitsScope(type, namespace, name)) return undefined;
  if (subresource === undefined) return { type, namespace, name, subresource };
  return subresource === 'status' && type.status ? { type, namespace, name, subresource } : undefined;
}

type Version = { readonly apiVersion: string; readonly rest: readonly string[] };

function versionOf([root, first = '', second = '', ...rest]: readonly string[]): Version | undefined {
  if (root === 'api') return { apiVersion: first, rest: [second, ...rest] };
  return root === 'apis' ? { apiVersion: `${first}/${second}`, rest } : undefined;
}

/** `namespaces/x/pods` is about pods in x, `namespaces/x` and `namespaces/x/status` about the namespace itself. */
function takeNamespace(rest: readonly string[]): {
  readonly namespace: string | undefined;
  readonly rest: readonly string[];
} {
  const [first, namespace, third] = rest;
  const isInside = first === 'namespaces' && third !== undefined && third !== 'status';
  return isInside ? { namespace, rest: rest.slice(2) } : { namespace: undefined, rest };
}

/** A namespaced resource is read across namespaces only as a whole; a cluster's resource is in none. */
function fitsScope(type: ResourceType, namespace: string | undefined, name: string | undefined): boolean {
  if (name === '') return false;
  return type.namespaced ? namespace !== undefined || name === undefined : namespace === undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
