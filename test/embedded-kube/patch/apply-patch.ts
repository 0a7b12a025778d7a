/** Which patch a Content-Type asks for, and what it makes of an object. */
import { ApiFailure, badRequest } from '../objects/api-failure.ts';
import { isJsonObject, type Json, type JsonObject } from '../objects/json.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyMergePatch } from './merge-patch.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

/** The kinds of patch; `apply` is server-side apply, simplified to a strategic (custom resources: plain) merge. */
export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

/** A patch as sent. */
export type Patch = { readonly kind: PatchKind; readonly body: Json };

const CONTENT_TYPES = new Map<string, PatchKind>([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);

/** The kind of patch in a Content-Type; throws 415 for another one, and for a strategic one of a custom resource. */
export function patchKindOf(contentType: string, type: ResourceType): PatchKind {
  const offered = [...CONTENT_TYPES].filter(([, kind]) => !(type.custom && kind === 'strategic'));
  const found = offered.find(([name]) => name === contentType.split(';')[0]?.trim().toLowerCase());
  if (found !== undefined) return found[1];
  const names = offered.map(([name]) => name).join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${names}`;
  throw new ApiFailure({ code: 415, reason: 'UnsupportedMediaType', message });
}

/**
 * The object after the patch; throws 400 or 422 when it does not apply.
 * Server-side apply is simplified: fields that the manager applied before and now leaves out stay, and nobody's fields conflict.
 */
export function applyPatch(type: ResourceType, current: JsonObject, patch: Patch): JsonObject {
  const patched = patchByKind(type, current, patch);
  if (!isJsonObject(patched)) throw badRequest('the patched document is not an object');
  return patched;
}

function patchByKind(type: ResourceType, current: JsonObject, { kind, body }: Patch): Json {
  if (kind === 'json') return applyJsonPatch(current, body);
  if (!isJsonObject(body)) throw badRequest('error decoding patch: the patch must be an object');
  const plain = kind === 'merge' || (kind === 'apply' && type.custom);
  return plain ? applyMergePatch(current, body) : applyStrategicMerge(current, body);
}
