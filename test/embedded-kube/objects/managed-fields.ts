/** A small account of who wrote what: labels, annotations and top-level fields, one managedFields entry a manager. */
import { equalJson, isJsonObject, member, omit, readObject, type Json, type JsonObject } from './json.ts';
import type { KubeObject, ManagedFields } from './kube-object.ts';

/** Who writes, how and when. */
export type Writer = {
  readonly manager: string;
  readonly operation: 'Update' | 'Apply';
  readonly subresource?: 'status' | undefined;
  readonly time: string;
};

type FieldPath = readonly string[];

/**
 * The managedFields of `after` once `writer` has turned `before` into it: paths that differ move to the writer's entry.
 * Simplified against the real server: only labels and annotations by key, and the members of spec, status and the top
 * level as wholes, are told apart.
 */
export function accountWrite(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
): readonly ManagedFields[] {
  const entries = after.metadata.managedFields ?? before?.metadata.managedFields ?? [];
  const touched = changedPaths(before, after);
  if (touched.length === 0) return entries;
  const isOwn = (entry: ManagedFields): boolean =>
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    entry.apiVersion === after.apiVersion &&
    entry.subresource === writer.subresource;
  const own = entries.find(isOwn);
  const set = touched.filter((path) => isSet(after, path));
  const fieldsV1 = set.reduce(withPath, touched.reduce(withoutPath, own?.fieldsV1 ?? {}));
  const others = entries
    .filter((entry) => !isOwn(entry))
    .map((entry) => ({ ...entry, fieldsV1: touched.reduce(withoutPath, entry.fieldsV1 ?? {}) }));
  const mine: ManagedFields = {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: after.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(writer.subresource && { subresource: writer.subresource }),
  };
  return [...others, mine].filter((entry) => Object.keys(entry.fieldsV1 ?? {}).length > 0);
}

/** The object without what its manager applied before and leaves out of `body`: server-side apply gives that up. */
export function withoutAbandoned(
  current: KubeObject,
  body: Json,
  { manager, subresource }: Pick<Writer, 'manager' | 'subresource'>,
): KubeObject {
  const own = current.metadata.managedFields?.find(
    (entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === subresource,
  );
  return withoutFields(current, own?.fieldsV1 ?? {}, body) as KubeObject;
}

function withoutFields(object: JsonObject, fields: JsonObject, body: Json | undefined): JsonObject {
  let left = object;
  for (const [key, below] of Object.entries(fields)) {
    const name = key.slice('f:'.length);
    const [kept, wanted] = [member(left, name), isJsonObject(body) ? member(body, name) : undefined];
    const isLeaf = !isJsonObject(below) || Object.keys(below).length === 0;
    if (isLeaf && wanted === undefined) left = omit(left, [name]);
    if (!isLeaf && isJsonObject(kept)) left = { ...left, [name]: withoutFields(kept, below, wanted) };
  }
  return left;
}

function changedPaths(before: KubeObject | undefined, after: KubeObject): readonly FieldPath[] {
  const below = (path: FieldPath): readonly FieldPath[] =>
    changedKeys(readObject(before, path), readObject(after, path)).map((key) => [...path, key]);
  const top = changedKeys(before ?? {}, after).filter((key) => !['metadata', 'kind', 'apiVersion'].includes(key));
  return [
    ...below(['metadata', 'labels']),
    ...below(['metadata', 'annotations']),
    ...changedKeys(readObject(before, ['metadata']), readObject(after, ['metadata']))
      .filter((key) => ['finalizers', 'ownerReferences'].includes(key))
      .map((key) => ['metadata', key]),
    ...top.flatMap((key) => (isJsonObject(after[key]) ? below([key]) : [[key]])),
  ];
}

function changedKeys(before: JsonObject, after: JsonObject): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !equalJson(member(before, key), member(after, key)));
}

function isSet(object: KubeObject, path: FieldPath): boolean {
  const parent = readObject(object, path.slice(0, -1));
  return member(parent, path.at(-1) ?? '') !== undefined;
}

function withPath(fields: JsonObject, [head = '', ...rest]: FieldPath): JsonObject {
  const key = `f:${head}`;
  const inner = member(fields, key);
  const value: Json = rest.length === 0 ? {} : withPath(isJsonObject(inner) ? inner : {}, rest);
  return { ...fields, [key]: value };
}

function withoutPath(fields: JsonObject, [head = '', ...rest]: FieldPath): JsonObject {
  const key = `f:${head}`;
  const inner = member(fields, key);
  if (!isJsonObject(inner)) return fields;
  const { [key]: _, ...others } = fields;
  if (rest.length === 0) return others;
  const left = withoutPath(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left };
}
