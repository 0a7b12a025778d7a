import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { checkDaemonCoverage } from './daemon-coverage-check.ts';
import { formatFault } from './daemon-coverage-faults.ts';
import { defaultSpec } from './daemon-coverage.ts';

const head = { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage' };
const minimal = {
  ...head,
  metadata: { name: 'plexd', namespace: 'plexd-system' },
  spec: { daemonSet: { name: 'any' } },
};

function faultsOf(document: unknown): readonly string[] {
  const checked = checkDaemonCoverage(document);
  return checked.ok ? [] : checked.faults.map(formatFault);
}

describe('a check', () => {
  test('applies the defaults of the schema', () => {
    const checked = checkDaemonCoverage(minimal);
    expect(checked.ok && checked.value.spec).toEqual(defaultSpec());
    expect(defaultSpec()).toMatchObject({
      nodes: { scope: 'Inferred', exclude: [], minimum: {} },
      grace: { joining: '5m', leaving: '15m', nodeNotReady: '15m' },
      objectives: [{ sli: 'coverage', target: 99, window: '30d' }],
    });
  });

  test('reports faults of fields and of rules at once', () => {
    const spec = {
      nodes: { scope: 'Explicit', minimum: { a: 0 } },
      grace: { joining: '1h' },
      health: { pod: { enabled: false } },
    };
    expect(faultsOf({ ...minimal, metadata: { name: 'plexd' }, spec })).toEqual([
      'metadata.namespace: is required; add it',
      'spec.nodes.minimum.a: 0: is below 1; write 1 or more',
      'spec.nodes.selector: is required with scope Explicit; add the selector of the nodes that must run the daemon ({} for all), or leave scope out',
      'spec.health.pod: an object: is off and no other layer is asked; set health.pod.enabled: true, or add health.daemon or health.heartbeat',
      'spec.grace.joining: "1h": is not from 0s to 30m; write a duration from 0s to 30m',
    ]);
  });

  test('asks no rule about a field that is at fault already', () => {
    expect(
      faultsOf({ ...minimal, spec: { daemonSet: { name: 'any' }, nodes: { scope: 'explicit', selector: {} } } }),
    ).toEqual(['spec.nodes.scope: "explicit": is none of Inferred, Explicit; write Explicit']);
  });

  test('takes a field that is null for absent, at any depth', () => {
    const spec = {
      daemonSet: { name: 'any', namespace: null },
      nodes: { minimum: { a: null } },
      grace: null,
      team: null,
    };
    const checked = checkDaemonCoverage({ ...minimal, spec });
    expect(checked.ok && checked.value.spec).toEqual(defaultSpec());
  });

  test('does not look at the status', () => {
    expect(faultsOf({ ...minimal, status: { counts: 'of another version' } })).toEqual([]);
  });

  test('of another kind reports the head only', () => {
    expect(faultsOf({ apiVersion: 'v1', kind: 'ConfigMap', data: {} })).toEqual([
      'apiVersion: "v1": is not rollcall.dev/v1alpha1; write rollcall.dev/v1alpha1',
      'kind: "ConfigMap": is not DaemonCoverage; write DaemonCoverage',
    ]);
  });

  test.each([
    ['daemonSet in the wrong case', { daemonset: {} }, 'spec.daemonset: an object: is not a field; write daemonSet'],
    ['a letter too many', { grace: { joinning: '5m' } }, 'spec.grace.joinning: "5m": is not a field; write joining'],
    [
      'nothing like any field',
      { grace: { xyz: 1 } },
      'spec.grace.xyz: 1: is not a field; remove it; the fields here are joining, leaving, nodeNotReady',
    ],
  ])('suggests the nearest name for %s', (_, extra, words) => {
    expect(faultsOf({ ...minimal, spec: { ...minimal.spec, ...extra } })).toContain(words);
  });

  test('shows long values cut, and lists and objects by kind', () => {
    const spec = { daemonSet: { name: 'any' }, team: 'x'.repeat(1_000_000), contact: [], purpose: {} };
    expect(faultsOf({ ...minimal, spec })).toEqual([
      'spec.purpose: an object: is not a string; put it in quotes',
      `spec.team: "${'x'.repeat(60)}…": is longer than 63 characters; shorten it`,
      'spec.contact: a list: is not a string; put it in quotes',
    ]);
  });

  test('lets no prototype through', () => {
    const document: unknown = JSON.parse(
      `{"apiVersion":"${head.apiVersion}","kind":"${head.kind}","metadata":{"name":"a","namespace":"b"},"spec":{"daemonSet":{"name":"c"},
        "nodes":{"scope":"Explicit","selector":{"matchLabels":{"__proto__":"x"}}},"__proto__":{"team":"y"},"constructor":1}}`,
    );
    expect(faultsOf(document).map((fault) => fault.split(': ')[0])).toEqual([
      'spec.nodes.selector.matchLabels["(__proto__)"]',
      'spec["(__proto__)"]',
      'spec.constructor',
    ]);
  });

  test('never throws, whatever it is given', () => {
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      maxDepth: 6,
    });
    const record = fc.dictionary(
      fc.constantFrom('daemonSet', 'nodes', 'health', 'grace', 'objectives', 'team'),
      anything,
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          record.map((spec) => ({ ...minimal, spec })),
        ),
        (document) => {
          const checked = checkDaemonCoverage(document);
          if (!checked.ok) expect(checked.faults.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 * inject('rounds') },
    );
  });

  test('is not overwhelmed by depth', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    expect(faultsOf({ ...minimal, spec: { daemonSet: deep } })).toEqual([
      'spec.daemonSet: a list: is not an object; write its fields below it, indented',
    ]);
  });
});
