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
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const apiVersion = isCore ? parts[1] : `${parts[1] ?? ''}/${parts[2] ?? ''}`;
  const rest = parts.slice(isCore ? 2 : 3);
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'status';
  const namespace = isNamespaced ? rest[1] : undefined;
  const [plural, name, subresource, ...more] = isNamespaced ? rest.slice(2) : rest;
  const type = registry.types().find((row) => row.plural === plural && apiVersionOf(row) === apiVersion);
  if (type === undefined || more.length > 0 || name === '') return undefined;
  if (isNamespaced !== type.namespaced && (isNamespaced || name !== undefined)) return undefined;
  if (subresource === undefined) return { type, namespace, name, subresource };
  return subresource === 'status' && type.status ? { type, namespace, name, subresource } : undefined;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
