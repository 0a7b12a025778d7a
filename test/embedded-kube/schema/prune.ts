/** Pruning and defaulting of custom resources: unknown fields go, non-nullable nulls go, defaults come in. */
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../objects/json.ts';
import { propertySchema, type SchemaNode } from './schema-node.ts';

const META_FIELDS = new Set(['apiVersion', 'kind', 'metadata']);
const PRESERVE = 'x-kubernetes-preserve-unknown-fields';

/** What is left of an object, and the paths of what was pruned (without those of nulls). */
export type Pruned = { readonly object: JsonObject; readonly unknown: readonly string[] };

/** Removes the fields that the schema does not know; kind, apiVersion and metadata of the root always stay. */
export function pruneUnknown(object: JsonObject, schema: SchemaNode): Pruned {
  const unknown: string[] = [];
  const root = { ...schema, 'x-kubernetes-embedded-resource': true };
  const kept = prune(object, root, { path: '', unknown });
  return { object: isJsonObject(kept) ? kept : object, unknown: unknown.sort() };
}

type Place = { readonly path: string; readonly unknown: string[] };

function prune(value: Json, schema: SchemaNode | undefined, place: Place): Json {
  if (isJsonArray(value)) {
    return value.map((item, i) => prune(item, itemSchema(schema), { ...place, path: `${place.path}[${String(i)}]` }));
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const path = place.path === '' ? key : `${place.path}.${key}`;
    if (isKeptWhole(key, schema)) return [[key, inner]];
    const known = propertySchema(schema, key);
    if (known !== undefined) return [[key, prune(inner ?? null, known, { ...place, path })]];
    place.unknown.push(path);
    return [];
  });
  return Object.fromEntries(kept) as JsonObject;
}

function isKeptWhole(key: string, schema: SchemaNode | undefined): boolean {
  if (schema?.['x-kubernetes-embedded-resource'] === true && META_FIELDS.has(key)) return true;
  const keepsUnknown = schema?.[PRESERVE] === true || schema?.additionalProperties === true;
  return keepsUnknown && propertySchema(schema, key) === undefined;
}

function itemSchema(schema: SchemaNode | undefined): SchemaNode | undefined {
  // Below a preserving list without a schema of its items everything stays.
  return schema?.items ?? (schema?.[PRESERVE] === true ? { [PRESERVE]: true } : undefined);
}

/** Fills in defaults, after removing nulls where the schema neither allows null nor has a default. */
export function applyDefaults(object: JsonObject, schema: SchemaNode): JsonObject {
  const filled = fill(object, schema);
  return isJsonObject(filled) ? filled : object;
}

function fill(value: Json, schema: SchemaNode | undefined): Json {
  if (schema === undefined) return value;
  if (isJsonArray(value)) return value.map((item) => fill(orDefault(item, schema.items), schema.items));
  if (!isJsonObject(value)) return value;
  const given = Object.entries(value).flatMap(([key, inner]) => {
    const known = propertySchema(schema, key);
    const settled = orDefault(inner ?? null, known);
    const isStrayNull = settled === null && known !== undefined && known.nullable !== true;
    return isStrayNull ? [] : [[key, fill(settled, known)]];
  });
  const absent = Object.entries(schema.properties ?? {}).flatMap(([key, property]) =>
    property.default === undefined || Object.hasOwn(value, key) ? [] : [[key, fill(property.default, property)]],
  );
  return Object.fromEntries([...given, ...absent]) as JsonObject;
}

function orDefault(value: Json, schema: SchemaNode | undefined): Json {
  return value === null && schema !== undefined && schema.nullable !== true ? (schema.default ?? null) : value;
}
