import { describe, expect, test } from 'vitest';
import { daemonCoverageCrd, type StructuralSchema } from './daemon-coverage-crd.ts';

const schema = daemonCoverageCrd().spec.versions[0].schema.openAPIV3Schema;

interface Place {
  readonly path: string;
  readonly schema: StructuralSchema;
}

function walk(place: Place): readonly Place[] {
  const { path, schema: own } = place;
  const below = [
    ...Object.entries(own.properties ?? {}).map(([name, field]) => ({ path: `${path}.${name}`, schema: field })),
    ...(own.items === undefined ? [] : [{ path: `${path}[]`, schema: own.items }]),
    ...(own.additionalProperties === undefined ? [] : [{ path: `${path}{}`, schema: own.additionalProperties }]),
  ];
  return [place, ...below.flatMap(walk)];
}

const places = walk({ path: '', schema });
const fields = places.filter(({ path }) => /^[.](spec|status)\b/.test(path));

// apiextensions/v1 JSONSchemaProps, without what a structural schema forbids below a property.
const ALLOWED = new Set([
  ...['type', 'description', 'default', 'enum', 'format', 'pattern', 'minLength', 'maxLength', 'minimum', 'maximum'],
  ...['exclusiveMinimum', 'minItems', 'maxItems', 'maxProperties', 'required', 'properties', 'additionalProperties'],
  ...['items', 'x-kubernetes-validations', 'x-kubernetes-list-type', 'x-kubernetes-list-map-keys'],
  'x-kubernetes-map-type',
]);

describe('the CRD', () => {
  test('has fields enough to be worth looking at', () => expect(fields.length).toBeGreaterThan(80));

  test('uses only keywords of structural schemas', () => {
    const used = places.flatMap(({ path, schema: own }) => Object.keys(own).map((keyword) => ({ path, keyword })));
    expect(used.filter(({ keyword }) => !ALLOWED.has(keyword))).toEqual([]);
  });

  test('gives every schema one type', () => {
    const types = ['object', 'array', 'string', 'integer', 'number', 'boolean'];
    expect(places.filter(({ schema: own }) => !types.includes(own.type)).map(({ path }) => path)).toEqual([]);
  });

  test('never has properties and additionalProperties at once', () => {
    const both = places.filter(({ schema: own }) => own.properties && own.additionalProperties);
    expect(both.map(({ path }) => path)).toEqual([]);
  });

  test('describes every field, for kubectl explain', () => {
    const named = fields.filter(({ path }) => !/[\]}]$/.test(path));
    expect(named.filter(({ schema: own }) => (own.description ?? '') === '').map(({ path }) => path)).toEqual([]);
  });

  test('bounds every list, map and string, so that the cost of its rules is bounded', () => {
    const unbounded = fields.filter(({ schema: own }) => {
      if (own.type === 'array') return own.maxItems === undefined;
      if (own.additionalProperties !== undefined) return own.maxProperties === undefined;
      return own.type === 'string' && !own.enum && own.format === undefined && own.maxLength === undefined;
    });
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  test('says of every list how it merges', () => {
    const silent = fields.filter(({ schema: own }) => own.type === 'array' && !own['x-kubernetes-list-type']);
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('fills in defaults, but no empty lists and maps', () => {
    const defaults = fields.filter(({ schema: own }) => 'default' in own);
    expect(Object.fromEntries(defaults.map(({ path, schema: own }) => [path, own.default]))).toEqual({
      '.spec.nodes': { scope: 'Inferred' },
      '.spec.nodes.scope': 'Inferred',
      '.spec.health': { pod: { enabled: true, startDeadline: '5m' } },
      '.spec.health.pod': { enabled: true, startDeadline: '5m' },
      '.spec.health.pod.enabled': true,
      '.spec.health.pod.startDeadline': '5m',
      '.spec.health.daemon.maxProbeAge': '90s',
      '.spec.health.heartbeat.period': '10s',
      '.spec.health.heartbeat.staleAfter': 3,
      '.spec.health.heartbeat.offlineAfter': 10,
      '.spec.health.ingestion.maxLag': '30s',
      '.spec.grace': { joining: '5m', leaving: '15m', nodeNotReady: '15m' },
      '.spec.grace.joining': '5m',
      '.spec.grace.leaving': '15m',
      '.spec.grace.nodeNotReady': '15m',
      '.spec.nodeNotReady': 'Expected',
      '.spec.providesNetwork': false,
      '.spec.join': { from: 'Ready', within: '2m' },
      '.spec.join.from': 'Ready',
      '.spec.join.within': '2m',
      '.spec.resources': { cpuPercent: 5, memory: '200M' },
      '.spec.resources.cpuPercent': 5,
      '.spec.resources.memory': '200M',
      '.spec.telemetry.queries.nodeLabel': 'node',
      '.spec.telemetry.canary.period': '30s',
      '.spec.objectives': [{ sli: 'coverage', target: 99, window: '30d' }],
      '.spec.objectives[].window': '30d',
    });
  });

  test('shows the answer in its columns', () => {
    const columns = daemonCoverageCrd().spec.versions[0].additionalPrinterColumns;
    expect(columns.map(({ name }) => name)).toEqual([
      'DaemonSet',
      'Expected',
      'Covered',
      'Coverage',
      'Budget Left',
      'Worst Reason',
      'Ready',
      'Age',
    ]);
  });
});
