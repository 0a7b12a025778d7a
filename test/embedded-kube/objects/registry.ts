/** The verbs of the API server over all served resources: one sequence of revisions, no I/O, clock and randomness given. */
import { applyPatch, type Patch } from '../patch/apply-patch.ts';
import { alreadyExists, ApiFailure, badRequest, conflict, invalid, notFound } from './api-failure.ts';
import { createCollection, type Collection } from './collection.ts';
import { DEFINITION_KIND, typeOfDefinition } from './definition.ts';
import { decideDeletion, isDeletionComplete, type DeleteOptions } from './deletion.ts';
import { equalJson, omit } from './json.ts';
import { isKubeObject, toTimestamp, type KubeObject, type ObjectMeta } from './kube-object.ts';
import { listPage, type ListPage, type ListQuery } from './list-query.ts';
import { accountWrite, withoutAbandoned } from './managed-fields.ts';
import { badValue } from './names.ts';
import { apiVersionOf, builtInTypes, resourceKey, type ResourceType } from './resource-type.ts';
import { keyOf, type StoredVersion } from './stored-version.ts';
import { prepareCreation, prepareUpdate, type WriteOptions } from './write-rules.ts';

/** Where the time comes from: milliseconds since the epoch. */
export type Clock = { now(): number };

/** What a registry needs; `historyLimit` is the number of changes kept for each resource. */
export type RegistryOptions = { readonly clock: Clock; readonly random: () => number; readonly historyLimit: number };

/** One object of one resource. */
export type Place = { readonly type: ResourceType; readonly name: string; readonly namespace?: string | undefined };

/** What a write left behind: the newest version, and whether it was created or is gone now. */
export type Written = { readonly object: KubeObject; readonly outcome: 'created' | 'updated' | 'removed' | 'waiting' };

/** The verbs. All throw ApiFailure as the API server would answer; all are synchronous. */
export type Registry = {
  revision(): number;
  types(): readonly ResourceType[];
  /** The objects and log of a resource that is served. */
  collection(type: ResourceType): Collection;
  create(type: ResourceType, object: KubeObject, options: WriteOptions): Written;
  get(place: Place): StoredVersion;
  update(place: Place, object: KubeObject, options: WriteOptions): Written;
  patch(place: Place, patch: Patch, options: WriteOptions): Written;
  remove(place: Place, options: DeleteOptions): Written;
  list(type: ResourceType, query: ListQuery): ListPage;
  /** Forgets all history up to now: every older resourceVersion has expired. */
  compact(): void;
  /** Calls back when a resource is no longer served, until the returned function is called. */
  onUnserved(listener: (type: ResourceType) => void): () => void;
};

// A server that has run before: resourceVersions below this one are too old from the start.
const FIRST_REVISION = 100;
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

type State = RegistryOptions & {
  revision: number;
  readonly served: Map<string, { readonly type: ResourceType; readonly collection: Collection }>;
  readonly unservedListeners: Set<(type: ResourceType) => void>;
};

/** A registry that serves the built-in resources and holds the four system namespaces. */
export function createRegistry(options: RegistryOptions): Registry {
  const state: State = { ...options, revision: FIRST_REVISION, served: new Map(), unservedListeners: new Set() };
  builtInTypes().forEach((type) => serve(state, type));
  const registry: Registry = {
    revision: () => state.revision,
    types: () => [...state.served.values()].map(({ type }) => type),
    collection: (type) => collectionOf(state, type),
    create: (type, object, write) => create(state, { type, object }, write),
    get: (place) => getVersion(state, place),
    update: (place, object, write) => update(state, { place, object }, write),
    patch: (place, patch, write) => patchObject(state, { place, patch }, write),
    remove: (place, remove) => removeObject(state, place, remove),
    list: (type, query) => listPage(collectionOf(state, type), query, state.revision),
    compact: () => state.served.forEach(({ collection }) => collection.log.compact(state.revision)),
    onUnserved(listener) {
      state.unservedListeners.add(listener);
      return () => void state.unservedListeners.delete(listener);
    },
  };
  seedNamespaces(registry);
  return registry;
}

function seedNamespaces(registry: Registry): void {
  const type = registry.types().find(({ kind }) => kind === 'Namespace');
  for (const name of SYSTEM_NAMESPACES) {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    if (type !== undefined) registry.create(type, object, { manager: 'kube-apiserver' });
  }
  registry.compact();
}

function serve(state: State, type: ResourceType): void {
  const known = state.served.get(resourceKey(type))?.collection;
  const collection = known ?? createCollection({ floor: state.revision, limit: state.historyLimit });
  state.served.set(resourceKey(type), { type, collection });
}

function collectionOf(state: State, type: ResourceType): Collection {
  const served = state.served.get(resourceKey(type));
  if (served === undefined) throw notFound(type, '');
  return served.collection;
}

function getVersion(state: State, { type, name, namespace }: Place): StoredVersion {
  const version = collectionOf(state, type).get(keyOf(name, namespace));
  if (version === undefined) throw notFound(type, name);
  return version;
}

function create(
  state: State,
  { type, object }: { readonly type: ResourceType; readonly object: KubeObject },
  options: WriteOptions,
): Written {
  checkCreation(state, type, { object, trusted: options.trusted === true });
  const context = { ...options, now: state.clock.now(), random: state.random };
  const prepared = prepareCreation(type, object, context);
  const { name, namespace } = prepared.metadata;
  if (collectionOf(state, type).get(keyOf(name, namespace)) === undefined) {
    return { object: commit(state, { type, after: prepared }, options), outcome: 'created' };
  }
  // A name that was generated is generated again, as the API server does.
  if (!object.metadata.name) return create(state, { type, object }, options);
  throw alreadyExists(type, name);
}

function checkCreation(
  state: State,
  type: ResourceType,
  { object, trusted }: { readonly object: KubeObject; readonly trusted: boolean },
): void {
  const { resourceVersion = '', namespace = '' } = object.metadata;
  if (resourceVersion !== '' && !trusted) {
    throw new ApiFailure({ code: 500, message: 'resourceVersion should not be set on objects to be created' });
  }
  if (type.namespaced && state.served.get('namespaces.')?.collection.get(namespace) === undefined) {
    throw notFound({ group: '', plural: 'namespaces' }, namespace);
  }
}

function update(
  state: State,
  { place, object }: { readonly place: Place; readonly object: KubeObject },
  options: WriteOptions,
): Written {
  const { type, name, namespace } = place;
  if (object.metadata.name !== name) {
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
  if ((object.metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const found = collectionOf(state, type).get(keyOf(name, namespace));
  const mayCreate = type.createOnUpdate || options.operation === 'Apply';
  if (found === undefined && mayCreate && options.subresource === undefined) {
    return create(state, { type, object }, options);
  }
  const current = getVersion(state, place).object;
  if (options.trusted !== true) checkVersion(type, current, object.metadata);
  else checkUid(type, current, object.metadata);
  return store(state, { type, current, incoming: object }, options);
}

function checkUid(type: ResourceType, { metadata: { uid, name } }: KubeObject, given: ObjectMeta): void {
  const stated = given.uid ?? '';
  if (stated === '' || stated === uid) return;
  throw conflict(type, name, `Precondition failed: UID in precondition: ${stated}, UID in object meta: ${uid ?? ''}`);
}

function checkVersion(type: ResourceType, current: KubeObject, given: ObjectMeta): void {
  checkUid(type, current, given);
  const { name, resourceVersion } = current.metadata;
  const stated = given.resourceVersion ?? '';
  if (stated === resourceVersion || (stated === '' && type.unconditionalUpdate)) return;
  if (stated !== '') throw conflict(type, name);
  const cause = badValue('metadata.resourceVersion', 0, 'must be specified for an update');
  throw invalid({ group: type.group, kind: type.plural, name }, [cause]);
}

function patchObject(
  state: State,
  { place, patch }: { readonly place: Place; readonly patch: Patch },
  options: WriteOptions,
): Written {
  const { type, name, namespace } = place;
  const found = collectionOf(state, type).get(keyOf(name, namespace))?.object;
  if (found === undefined && (patch.kind !== 'apply' || options.subresource !== undefined)) throw notFound(type, name);
  const current = found ?? blankObject(place);
  const object = applyPatch(
    type,
    patch.kind === 'apply' ? withoutAbandoned(current, patch.body, options) : current,
    patch,
  );
  if (!isKubeObject(object)) throw badRequest('the patched document has no metadata');
  if (found !== undefined) checkUidKept(type, found.metadata, object.metadata);
  return update(state, { place, object }, { ...options, operation: patch.kind === 'apply' ? 'Apply' : 'Update' });
}

function blankObject({ type, name, namespace }: Place): KubeObject {
  return { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name, ...(namespace && { namespace }) } };
}

function checkUidKept(type: ResourceType, { uid, name }: ObjectMeta, patched: ObjectMeta): void {
  const stated = patched.uid ?? '';
  if (stated === '' || stated === uid) return;
  throw invalid({ group: type.group, kind: type.kind, name }, [badValue('metadata.uid', stated, 'field is immutable')]);
}

function store(
  state: State,
  {
    type,
    current,
    incoming,
  }: { readonly type: ResourceType; readonly current: KubeObject; readonly incoming: KubeObject },
  options: WriteOptions,
): Written {
  const context = { ...options, now: state.clock.now(), random: state.random };
  const next = prepareUpdate(type, { current, incoming }, context);
  if (equalJson(comparable(current), comparable(next))) return { object: current, outcome: 'updated' };
  if (isDeletionComplete(next.metadata)) {
    drop(state, type, current);
    return { object: next, outcome: 'removed' };
  }
  return { object: commit(state, { type, before: current, after: next }, options), outcome: 'updated' };
}

/** What counts as a change: a write that only repeats what is there makes no new version. */
function comparable(object: KubeObject): KubeObject {
  return { ...object, metadata: omit(object.metadata, ['resourceVersion']) as KubeObject['metadata'] };
}

type Commit = { readonly type: ResourceType; readonly before?: KubeObject; readonly after: KubeObject };

function commit(state: State, { type, before, after }: Commit, options: WriteOptions): KubeObject {
  const time = toTimestamp(state.clock.now());
  const { manager, operation = 'Update', subresource } = options;
  const managedFields = accountWrite(before, after, { manager, operation, subresource, time });
  return put(state, type, { ...after, metadata: { ...after.metadata, managedFields } });
}

function put(state: State, type: ResourceType, object: KubeObject): KubeObject {
  state.revision += 1;
  const metadata = { ...object.metadata, resourceVersion: String(state.revision) };
  const stored = collectionOf(state, type).put({ ...object, metadata }, state.revision).object;
  if (type.kind === DEFINITION_KIND) serve(state, typeOfDefinition(stored));
  return stored;
}

function removeObject(state: State, place: Place, options: DeleteOptions): Written {
  const current = getVersion(state, place).object;
  const decision = decideDeletion(place.type, current, { options, now: state.clock.now() });
  switch (decision.step) {
    case 'wait':
      return { object: current, outcome: 'waiting' };
    case 'mark':
      return { object: put(state, place.type, decision.marked), outcome: 'waiting' };
    case 'remove':
      drop(state, place.type, current);
      return { object: current, outcome: 'removed' };
  }
}

function drop(state: State, type: ResourceType, object: KubeObject): void {
  const { name, namespace } = object.metadata;
  if (type.kind === 'Namespace') emptyNamespace(state, name);
  state.revision += 1;
  collectionOf(state, type).remove(keyOf(name, namespace), state.revision);
  if (type.kind === DEFINITION_KIND) unserve(state, typeOfDefinition(object));
}

/** Simplified: what a deleted namespace holds goes at once, without finalizers or grace. */
function emptyNamespace(state: State, namespace: string): void {
  for (const { type, collection } of state.served.values()) {
    const inside = collection.all().filter(({ object }) => object.metadata.namespace === namespace);
    inside.forEach(({ object }) => drop(state, type, object));
  }
}

function unserve(state: State, type: ResourceType): void {
  const served = state.served.get(resourceKey(type));
  served?.collection.all().forEach(({ object }) => drop(state, type, object));
  state.served.delete(resourceKey(type));
  state.unservedListeners.forEach((listener) => listener(type));
}
