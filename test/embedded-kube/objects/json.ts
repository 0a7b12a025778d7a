/** JSON as immutable data: its types, a structural comparison, and reads that never follow a prototype. */

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; a member that is undefined counts as absent. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** True for an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for an array. */
export function isJsonArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** Structural equality; the order of members does not matter and an undefined member equals an absent one. */
export function equalJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (isJsonArray(left)) {
    return isJsonArray(right) && left.length === right.length && left.every((item, i) => equalJson(item, right[i]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => equalJson(member(left, key), member(right, key)));
}

/** The own member of that name, or undefined: user data may hold keys such as `__proto__`. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The value at a path of member names, or undefined where the path ends early. */
export function readPath(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((found, key) => member(found, key), value);
}

/** The object at a path, or an empty one when something else or nothing is there. */
export function readObject(value: Json | undefined, path: readonly string[]): JsonObject {
  const found = readPath(value, path);
  return isJsonObject(found) ? found : {};
}

/** The list at a path, or an empty one when something else or nothing is there. */
export function readList(value: Json | undefined, path: readonly string[]): readonly Json[] {
  const found = readPath(value, path);
  return isJsonArray(found) ? found : [];
}

/** The string at a path, or '' when something else or nothing is there. */
export function readText(value: Json | undefined, path: readonly string[]): string {
  const found = readPath(value, path);
  return typeof found === 'string' ? found : '';
}

/** A copy without the named members. */
export function omit(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}
