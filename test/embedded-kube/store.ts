/** The JavaScript handle on the embedded API server's objects: what tests and the world use instead of HTTP. */
import { badRequest, notFound } from './objects/api-failure.ts';
import type { DeleteOptions } from './objects/deletion.ts';
import type { JsonObject } from './objects/json.ts';
import { copyManifest, type KubeObject, type Manifest, type ObjectRef } from './objects/kube-object.ts';
import { parseLabelSelector } from './objects/label-selector.ts';
import { createRegistry, type Clock, type Place, type Registry } from './objects/registry.ts';
import { apiVersionOf, type ResourceType } from './objects/resource-type.ts';
import { keyOf } from './objects/stored-version.ts';

/** Settings of a store; all have defaults fit for the demo. */
export type StoreOptions = {
  /** Time of creationTimestamp and the like; default: the wall clock. */
  readonly clock?: Clock;
  /** Numbers in [0, 1) for uids and generated names; default: Math.random. */
  readonly random?: () => number;
  /** Changes kept for each resource, from which watches resume; default 1,000. */
  readonly historyLimit?: number;
};

/** Who writes: the managedFields' manager. Default `embedded-kube`. */
export type As = { readonly manager?: string };

/** Which objects to list: all of a kind, those of one namespace, those that a label selector matches. */
export type Filter = { readonly namespace?: string; readonly labelSelector?: string };

/** Operations on objects, by kind; every one throws ApiFailure where the API server would refuse. */
export type Store = {
  /** The same objects as the HTTP handlers see them. */
  readonly registry: Registry;
  /** The resourceVersion of the newest change. */
  resourceVersion(): string;
  /**
   * Creates the object or replaces it as a whole, status included, whatever its resourceVersion. At creation a given uid
   * and creationTimestamp are kept, and a missing namespace is made.
   */
  apply(object: Manifest, as?: As): KubeObject;
  /** Creates the object exactly as a POST would. */
  create(object: Manifest, as?: As): KubeObject;
  /** The object, or undefined. */
  get(ref: ObjectRef): KubeObject | undefined;
  /** In the order of the API: by namespace, then name. */
  list(kind: string, filter?: Filter): readonly KubeObject[];
  /** Merges the patch into the object as a strategic merge patch (custom resources: merge patch) would. */
  patch(ref: ObjectRef, patch: JsonObject, as?: As): KubeObject;
  /** The same through /status. */
  patchStatus(ref: ObjectRef, status: JsonObject, as?: As): KubeObject;
  /** Deletes as a DELETE would; a pod that is bound waits for its grace period unless that is 0. */
  delete(ref: ObjectRef, options?: DeleteOptions): void;
  /** Calls back after each change of any object of the kind, until the returned function is called. */
  onChange(kind: string, listener: () => void): () => void;
};

/** A store with nothing but the system namespaces in it. */
export function createStore(options: StoreOptions = {}): Store {
  const registry = createRegistry({
    clock: options.clock ?? { now: () => Date.now() },
    random: options.random ?? Math.random,
    historyLimit: options.historyLimit ?? 1_000,
  });
  const write = (as: As | undefined): { readonly manager: string } => ({ manager: as?.manager ?? 'embedded-kube' });
  const patch = (
    place: Place,
    body: JsonObject,
    options_: { readonly subresource?: 'status'; readonly as?: As | undefined },
  ): KubeObject => {
    const kind = place.type.custom ? 'merge' : 'strategic';
    const { as, ...rest } = options_;
    return registry.patch(place, { kind, body }, { ...write(as), ...rest }).object;
  };
  return {
    registry,
    resourceVersion: () => String(registry.revision()),
    apply: (object, as) => applyObject(registry, copyManifest(object), write(as).manager),
    create(object, as) {
      const copy = copyManifest(object);
      return registry.create(typeOfObject(registry, copy), copy, write(as)).object;
    },
    get(ref) {
      const { type, name, namespace } = placeOf(registry, ref);
      return registry.collection(type).get(keyOf(name, namespace))?.object;
    },
    list(kind, { namespace, labelSelector = '' } = {}) {
      const query = { namespace, labels: parseLabelSelector(labelSelector), fields: [] };
      return registry.list(typeOfKind(registry, kind), query).versions.map(({ object }) => object);
    },
    patch: (ref, body, as) => patch(placeOf(registry, ref), body, { as }),
    patchStatus: (ref, status, as) => patch(placeOf(registry, ref), { status }, { subresource: 'status', as }),
    delete: (ref, remove = {}) => void registry.remove(placeOf(registry, ref), remove),
    onChange: (kind, listener) => registry.collection(typeOfKind(registry, kind)).onChange(listener),
  };
}

function applyObject(registry: Registry, object: KubeObject, manager: string): KubeObject {
  const type = typeOfObject(registry, object);
  const { name, namespace } = object.metadata;
  const options = { manager, trusted: true };
  if (type.namespaced) ensureNamespace(registry, namespace);
  const exists = registry.collection(type).get(keyOf(name, namespace)) !== undefined;
  if (!exists) return registry.create(type, object, options).object;
  return registry.update({ type, name, namespace }, object, options).object;
}

function ensureNamespace(registry: Registry, name: string | undefined): void {
  if (name === undefined) throw badRequest('metadata.namespace is missing: name the namespace of the object');
  const type = typeOfKind(registry, 'Namespace');
  if (registry.collection(type).get(name) !== undefined) return;
  registry.create(type, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { manager: 'embedded-kube' });
}

function placeOf(registry: Registry, { kind, name, namespace }: ObjectRef): Place {
  return { type: typeOfKind(registry, kind), name, namespace };
}

function typeOfKind(registry: Registry, kind: string): ResourceType {
  const type = registry.types().find((candidate) => candidate.kind === kind);
  if (type === undefined) throw notFound({ group: '', plural: kind }, '');
  return type;
}

function typeOfObject(registry: Registry, { kind, apiVersion }: KubeObject): ResourceType {
  const type = registry.types().find((row) => row.kind === kind && apiVersionOf(row) === apiVersion);
  if (type === undefined) throw notFound({ group: apiVersion, plural: kind }, '');
  return type;
}
