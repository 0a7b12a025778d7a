/** The shape that every Kubernetes object shares: type, metadata, and whatever else it holds as JSON. */
import { isJsonObject, type Json, type JsonObject } from './json.ts';

/** Labels or annotations. */
export type StringMap = { readonly [key: string]: string };

/** One entry of metadata.ownerReferences. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

/** One entry of metadata.managedFields. */
export type ManagedFields = {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: JsonObject;
  readonly subresource?: string;
};

/** metadata of a stored object; times are RFC 3339 with whole seconds, as the API server writes them. */
export type ObjectMeta = {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFields[];
  readonly [key: string]: Json | undefined;
};

/** A Kubernetes object. Stored ones are never changed in place: every write makes a new one. */
export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [key: string]: Json | undefined;
};

/** What a caller hands in: any typed or plain object that says what it is and how it is named. */
export type Manifest = Header | (Header & { readonly [key: string]: unknown });

type Header = { readonly apiVersion: string; readonly kind: string; readonly metadata: object };

/** Which object: its kind (one of those served), name, and namespace where it has one. */
export type ObjectRef = { readonly kind: string; readonly name: string; readonly namespace?: string };

/** A deep copy as plain JSON, so that neither side can change the other's object afterwards. */
export function copyManifest(manifest: Manifest): KubeObject {
  return JSON.parse(JSON.stringify(manifest)) as KubeObject;
}

/** True when the value has an object as metadata and strings (or nothing) as its name and namespace. */
export function isKubeObject(value: unknown): value is KubeObject {
  if (!isJsonObject(value) || !isJsonObject(value['metadata'])) return false;
  return ['name', 'namespace', 'generateName'].every((key) => {
    const text = (value['metadata'] as JsonObject)[key];
    return text === undefined || text === null || typeof text === 'string';
  });
}

/** Milliseconds since the epoch as the API server writes them: RFC 3339 in UTC, whole seconds. */
export function toTimestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
