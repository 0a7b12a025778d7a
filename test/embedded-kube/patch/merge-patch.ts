/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
import { isJsonObject, member, type Json, type JsonObject } from '../objects/json.ts';

/** The document with the patch merged into it. */
export function applyMergePatch(document: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const base: JsonObject = isJsonObject(document) ? document : {};
  const merged = Object.entries(patch).map(([key, value]) => [
    key,
    value === null || value === undefined ? undefined : applyMergePatch(member(base, key), value),
  ]);
  const all: JsonObject = { ...base, ...Object.fromEntries(merged) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
