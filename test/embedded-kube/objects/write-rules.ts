/** What the server makes of an object before it stores it: system metadata, status kept apart, schema, checks. */
import { applyDefaults, pruneUnknown } from '../schema/prune.ts';
import { validate } from '../schema/validate.ts';
import { badRequest, invalid, type Cause } from './api-failure.ts';
import { checkDefinition, completeDefinition, DEFINITION_KIND } from './definition.ts';
import { equalJson, isJsonObject, omit, readObject, type JsonObject } from './json.ts';
import { toTimestamp, type KubeObject, type ObjectMeta } from './kube-object.ts';
import { badValue, checkMetadata, generateName, generateUid } from './names.ts';
import type { ResourceType } from './resource-type.ts';

/** How a write is to be done, and by whom. */
export type WriteOptions = {
  readonly manager: string;
  readonly operation?: 'Update' | 'Apply';
  readonly subresource?: 'status' | undefined;
  /** What happens to unknown fields of custom resources: refused, warned about, or dropped in silence. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Takes the warnings of this write. */
  readonly warn?: (text: string) => void;
  /** True for test code that sets the scene: uid, creationTimestamp and status are stored as given. */
  readonly trusted?: boolean;
};

/** The surroundings of a write: `now` in milliseconds since the epoch, `random` gives numbers in [0, 1). */
export type WriteContext = WriteOptions & { readonly now: number; readonly random: () => number };

const SYSTEM_FIELDS = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'generation',
  'resourceVersion',
];
const UID_AND_AGE = ['uid', 'creationTimestamp'];

/** The object as it is stored at its creation; throws 400 or 422. */
export function prepareCreation(type: ResourceType, incoming: KubeObject, context: WriteContext): KubeObject {
  const given = incoming.metadata;
  const kept = context.trusted === true ? SYSTEM_FIELDS.filter((key) => !UID_AND_AGE.includes(key)) : SYSTEM_FIELDS;
  const base = given.generateName ?? '';
  const metadata = {
    uid: generateUid(context.random),
    creationTimestamp: toTimestamp(context.now),
    ...omit(given, kept),
    name: given.name || (base === '' ? '' : generateName(base, context.random)),
    ...(type.generation && { generation: 1 }),
  } as ObjectMeta;
  const keepsStatus = context.trusted === true || type.statusAtCreation || !type.status;
  const body = keepsStatus && incoming['status'] !== undefined ? incoming : { ...incoming, ...initialStatus(type) };
  return finish(type, { ...body, metadata } as KubeObject, context);
}

function initialStatus(type: ResourceType): JsonObject {
  if (!type.status) return {};
  switch (type.kind) {
    case 'Pod':
      return { status: { phase: 'Pending' } };
    case 'Namespace':
      return { status: { phase: 'Active' } };
    case 'DaemonSet':
      return {
        status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
      };
    default:
      return { status: undefined };
  }
}

/** The object as an update leaves it; equal to `current` when nothing changes; throws 400 or 422. */
export function prepareUpdate(
  type: ResourceType,
  versions: { readonly current: KubeObject; readonly incoming: KubeObject },
  context: WriteContext,
): KubeObject {
  const { current, incoming } = versions;
  checkFinalizers(type, current.metadata, incoming.metadata);
  checkDeletionTimestamp(type, current.metadata, incoming.metadata);
  const merged = context.trusted === true ? incoming : keepApart(type, versions, context.subresource);
  const metadata = omitUndefined({
    ...omit(merged.metadata, SYSTEM_FIELDS),
    ...Object.fromEntries(SYSTEM_FIELDS.map((key) => [key, current.metadata[key]])),
    managedFields: merged.metadata.managedFields ?? current.metadata.managedFields,
  }) as ObjectMeta;
  const next = finish(type, { ...merged, metadata } as KubeObject, context);
  if (!type.generation || !specChanged(type, current, next)) return next;
  return { ...next, metadata: { ...next.metadata, generation: (current.metadata.generation ?? 0) + 1 } };
}

/** Through /status only the status moves (built-in kinds: and metadata); through the object itself everything else. */
function keepApart(
  type: ResourceType,
  { current, incoming }: { readonly current: KubeObject; readonly incoming: KubeObject },
  subresource: 'status' | undefined,
): KubeObject {
  if (subresource === undefined) return type.status ? { ...incoming, status: current['status'] } : incoming;
  const status = { ...current, status: incoming['status'] };
  if (type.custom) {
    const { managedFields } = incoming.metadata;
    return { ...status, metadata: { ...current.metadata, ...(managedFields && { managedFields }) } };
  }
  const { ownerReferences } = current.metadata;
  return { ...status, metadata: { ...incoming.metadata, ...(ownerReferences && { ownerReferences }) } };
}

function specChanged(type: ResourceType, current: KubeObject, next: KubeObject): boolean {
  if (!type.custom) return !equalJson(current['spec'], next['spec']);
  const ignored = type.status ? ['metadata', 'status'] : ['metadata'];
  return !equalJson(omit(current, ignored), omit(next, ignored));
}

function checkFinalizers(type: ResourceType, before: ObjectMeta, after: ObjectMeta): void {
  if (before.deletionTimestamp === undefined) return;
  const added = (after.finalizers ?? []).filter((name) => !before.finalizers?.includes(name));
  if (added.length === 0) return;
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  throw refuse(type, before.name, [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }]);
}

/** Nobody sets a deletionTimestamp by an update; one that is set stays, whatever the update says. */
function checkDeletionTimestamp(
  type: ResourceType,
  before: ObjectMeta,
  { deletionTimestamp: given }: ObjectMeta,
): void {
  if (before.deletionTimestamp !== undefined || given === undefined || given === null) return;
  throw refuse(type, before.name, [badValue('metadata.deletionTimestamp', given, 'field is immutable')]);
}

function finish(type: ResourceType, object: KubeObject, context: WriteContext): KubeObject {
  const shaped = shape(type, object, context);
  const causes = [...checkMetadata(type, shaped), ...checkBody(type, shaped, context)];
  if (causes.length > 0) throw refuse(type, shaped.metadata.name, causes);
  return omitUndefined(type.kind === DEFINITION_KIND ? completeDefinition(shaped, context.now) : shaped) as KubeObject;
}

function shape(type: ResourceType, object: KubeObject, context: WriteContext): KubeObject {
  if (type.kind === 'DaemonSet') return { ...object, spec: daemonSetDefaults(object) };
  if (type.kind === 'Namespace') return labelNamespace(object);
  if (type.schema === undefined) return object;
  const { object: known, unknown } = pruneUnknown(object, type.schema);
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (texts.length > 0 && context.fieldValidation === 'Strict') {
    throw badRequest(`strict decoding error: ${texts.join(', ')}`);
  }
  if (context.fieldValidation === 'Warn') texts.forEach((text) => context.warn?.(text));
  return applyDefaults(known, type.schema) as KubeObject;
}

function daemonSetDefaults(object: KubeObject): JsonObject {
  const rollingUpdate = { maxUnavailable: 1, maxSurge: 0 };
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
  return { updateStrategy, revisionHistoryLimit: 10, ...readObject(object, ['spec']) };
}

function labelNamespace(object: KubeObject): KubeObject {
  const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  return { ...object, metadata: { ...object.metadata, labels }, spec: { finalizers: ['kubernetes'] } };
}

function checkBody(type: ResourceType, object: KubeObject, context: WriteContext): readonly Cause[] {
  if (type.kind === DEFINITION_KIND) return checkDefinition(object);
  if (type.schema === undefined) return [];
  if (context.subresource !== 'status') return validate(object, type.schema, '');
  const schema = type.schema.properties?.['status'];
  return isJsonObject(object['status']) && schema ? validate(object['status'], schema, 'status') : [];
}

function refuse(type: ResourceType, name: string, causes: readonly Cause[]): Error {
  return invalid({ group: type.group, kind: type.kind, name }, causes);
}

function omitUndefined(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
