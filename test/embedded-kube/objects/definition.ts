/** CustomResourceDefinitions: their checks, their defaults and status, and the resource type that they define. */
import { checkStructural, type SchemaNode } from '../schema/schema-node.ts';
import type { Cause } from './api-failure.ts';
import { isJsonObject, member, readList, readObject, readPath, readText, type Json, type JsonObject } from './json.ts';
import { toTimestamp, type KubeObject } from './kube-object.ts';
import { badValue } from './names.ts';
import { defineType, type ResourceType } from './resource-type.ts';

/** Kind of the objects that this module is about. */
export const DEFINITION_KIND = 'CustomResourceDefinition';

const SCHEMA_PATH = ['schema', 'openAPIV3Schema'];

/** What is wrong with a definition. Simplified: one version only, which is served and stored; see `checkStructural` for the schema. */
export function checkDefinition(definition: KubeObject): readonly Cause[] {
  const causes: Cause[] = [];
  const { group, plural, kind } = namesOf(definition);
  if (definition.metadata.name !== `${plural}.${group}`) {
    causes.push(badValue('metadata.name', definition.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (kind === '') causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.names.kind' });
  const versions = readList(definition, ['spec', 'versions']);
  const [version] = versions;
  if (version === undefined || versions.length > 1 || member(version, 'served') !== true) {
    const why = 'the embedded server serves definitions of exactly one version, served and stored';
    return [...causes, badValue('spec.versions', versions.length, why)];
  }
  // So the real server names the schema of a definition with one version.
  const field = 'spec.validation.openAPIV3Schema';
  const schema = readPath(version, SCHEMA_PATH);
  if (isJsonObject(schema)) return [...causes, ...checkStructural(schema, field)];
  return [...causes, { reason: 'FieldValueRequired', message: 'Required value: schemas are required', field }];
}

function namesOf(definition: KubeObject): { group: string; plural: string; singular: string; kind: string } {
  const name = (key: string): string => readText(definition, ['spec', 'names', key]);
  return {
    group: readText(definition, ['spec', 'group']),
    plural: name('plural'),
    singular: name('singular') || name('kind').toLowerCase(),
    kind: name('kind'),
  };
}

/** The definition with its defaults and with the status of one that is served. (The real server takes some milliseconds for that.) */
export function completeDefinition(definition: KubeObject, now: number): KubeObject {
  const { singular, kind } = namesOf(definition);
  const names: JsonObject = { singular, listKind: `${kind}List`, ...readObject(definition, ['spec', 'names']) };
  const spec: JsonObject = { conversion: { strategy: 'None' }, ...readObject(definition, ['spec']), names };
  const condition = (type: string, reason: string, message: string): Json => {
    const known = readList(definition, ['status', 'conditions']).find((entry) => readText(entry, ['type']) === type);
    return known ?? { type, status: 'True', lastTransitionTime: toTimestamp(now), reason, message };
  };
  const conditions = [
    condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
    condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
  ];
  const storedVersions = readList(spec, ['versions']).map((version) => readText(version, ['name']));
  return { ...definition, spec, status: { conditions, acceptedNames: names, storedVersions } };
}

/** The resource type that a checked definition defines. */
export function typeOfDefinition(definition: KubeObject): ResourceType {
  const [version] = readList(definition, ['spec', 'versions']);
  const selectable = readList(version, ['selectableFields']).map((entry) => readText(entry, ['jsonPath']).slice(1));
  return defineType({
    ...namesOf(definition),
    version: readText(version, ['name']),
    shortNames: readList(definition, ['spec', 'names', 'shortNames']).map(String),
    namespaced: readText(definition, ['spec', 'scope']) === 'Namespaced',
    status: isJsonObject(readPath(version, ['subresources', 'status'])),
    generation: true,
    returnsDeleted: false,
    unconditionalUpdate: false,
    fields: selectable,
    custom: true,
    schema: readPath(version, SCHEMA_PATH) as SchemaNode,
  });
}
