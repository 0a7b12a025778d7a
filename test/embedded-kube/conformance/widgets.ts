/** A CustomResourceDefinition of the cases' own, with one field for each rule of structural schemas. */
import assert from 'node:assert/strict';
import { readList, readText, type JsonObject } from '../objects/json.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { must, uniqueName } from './fixtures.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ATTEMPTS = 200;

const SPEC: JsonObject = {
  type: 'object',
  required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 10 },
    color: { type: 'string', enum: ['red', 'green'], default: 'red' },
    code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
    port: { 'x-kubernetes-int-or-string': true },
    tags: { type: 'array', minItems: 1, items: { type: 'string' } },
    notes: { type: 'object', additionalProperties: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    maybe: { type: 'string', nullable: true },
    inner: { type: 'object', properties: { depth: { type: 'integer', default: 3 } } },
    at: { type: 'string', format: 'date-time' },
  },
};

/** What the cases know of their definition. */
export type Widgets = {
  readonly definition: string;
  readonly group: string;
  readonly apiVersion: string;
};

/** A definition of namespaced widgets in a group of its own; `rules` are CEL rules of the spec. */
export function widgetDefinition(group: string, rules?: readonly JsonObject[]): JsonObject {
  const status = { type: 'object', properties: { phase: { type: 'string', enum: ['Good', 'Bad'] } } };
  const spec = rules === undefined ? SPEC : { ...SPEC, 'x-kubernetes-validations': rules };
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec, status } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

/** Defines widgets, runs with the path of those in namespace default, and deletes the definition. */
export async function createWidgets(
  api: ApiUnderTest,
  run: (path: string, widgets: Widgets) => Promise<void>,
  rules?: readonly JsonObject[],
): Promise<void> {
  const group = `${uniqueName('conformance')}.example.com`;
  const definition = `${DEFINITIONS}/widgets.${group}`;
  const path = `/apis/${group}/v1/namespaces/default/widgets`;
  await must(api.request('POST', DEFINITIONS, { body: widgetDefinition(group, rules) }), 201);
  try {
    await waitUntilServed(api, definition, path);
    await run(path, { definition, group, apiVersion: `${group}/v1` });
  } finally {
    await api.request('DELETE', definition);
  }
}

/** The real server establishes a definition some time after it has accepted it; each look is a request, so that time passes. */
async function waitUntilServed(api: ApiUnderTest, definition: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { body } = await api.request('GET', definition);
    const conditions = readList(body, ['status', 'conditions']);
    const established = conditions.some(
      (condition) => readText(condition, ['type']) === 'Established' && readText(condition, ['status']) === 'True',
    );
    if (established && (await api.request('GET', path)).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`the definition is not served after ${String(ATTEMPTS)} looks`);
}

/** A widget's manifest. */
export function widget({ apiVersion }: Widgets, name: string, spec: JsonObject = { size: 1 }): JsonObject {
  return { apiVersion, kind: 'Widget', metadata: { name }, spec };
}
