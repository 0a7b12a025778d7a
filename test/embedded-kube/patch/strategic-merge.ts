/** Strategic merge patch of the built-in kinds: a merge patch in which the known lists merge by key instead of being replaced. */
import { badRequest } from '../objects/api-failure.ts';
import { isJsonArray, isJsonObject, member, type Json, type JsonObject } from '../objects/json.ts';

// `patchMergeKey` of the fields in k8s.io/api core/v1, apps/v1 and meta/v1 that the served kinds hold. Every other list
// (taints, tolerations, podIPs …) is atomic there and is replaced as a whole. No served kind uses one of these names for
// a list of another sort, so that the name alone decides.
const MERGE_KEYS = new Map([
  ['addresses', 'type'],
  ['conditions', 'type'],
  ['containers', 'name'],
  ['env', 'name'],
  ['ephemeralContainers', 'name'],
  ['hostAliases', 'ip'],
  ['imagePullSecrets', 'name'],
  ['initContainers', 'name'],
  ['ownerReferences', 'uid'],
  ['ports', 'containerPort'],
  ['resourceClaims', 'name'],
  ['schedulingGates', 'name'],
  ['secrets', 'name'],
  ['topologySpreadConstraints', 'topologyKey'],
  ['volumeDevices', 'devicePath'],
  ['volumeMounts', 'mountPath'],
  ['volumes', 'name'],
]);
const PRIMITIVE_LISTS = new Set(['finalizers']);
const DELETE_FROM = '$deleteFromPrimitiveList/';

/** The document with the patch merged into it; the directives `$patch` and `$deleteFromPrimitiveList` are obeyed, orderings ignored. */
export function applyStrategicMerge(document: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const directive = member(patch, '$patch');
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  const base: JsonObject = isJsonObject(document) ? document : {};
  const shrunk = deleteFromLists(base, patch);
  const changes = Object.entries(withoutDirectives(patch)).map(([key, value]) => [
    key,
    value === null || value === undefined ? undefined : mergeMember(key, member(shrunk, key), value),
  ]);
  const all: JsonObject = { ...shrunk, ...Object.fromEntries(changes) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function mergeMember(key: string, current: Json | undefined, patch: Json): Json {
  if (!isJsonArray(patch)) return applyStrategicMerge(current, patch);
  const list = isJsonArray(current) ? current : [];
  if (PRIMITIVE_LISTS.has(key)) return [...new Set([...list, ...patch])];
  const mergeKey = MERGE_KEYS.get(key);
  if (mergeKey === undefined) return patch;
  if (patch.some((item) => member(item, '$patch') === 'replace')) {
    return patch.filter((item) => member(item, '$patch') !== 'replace');
  }
  return patch.reduce<readonly Json[]>((merged, item) => mergeItem(merged, item, mergeKey), list);
}

function mergeItem(list: readonly Json[], item: Json, mergeKey: string): readonly Json[] {
  const id = member(item, mergeKey);
  if (id === undefined)
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
  const index = list.findIndex((candidate) => member(candidate, mergeKey) === id);
  if (member(item, '$patch') === 'delete') return index < 0 ? list : list.toSpliced(index, 1);
  if (index < 0) return [...list, applyStrategicMerge({}, item)];
  return list.with(index, applyStrategicMerge(list[index], item));
}

function deleteFromLists(base: JsonObject, patch: JsonObject): JsonObject {
  const shrunk = Object.entries(patch).flatMap(([key, gone]) => {
    const name = key.startsWith(DELETE_FROM) ? key.slice(DELETE_FROM.length) : '';
    const list = member(base, name);
    if (!isJsonArray(list) || !isJsonArray(gone)) return [];
    return [[name, list.filter((item) => !gone.includes(item))]];
  });
  return { ...base, ...Object.fromEntries(shrunk) };
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith('$')));
}
