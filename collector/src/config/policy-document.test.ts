import { checkDaemonCoverage, formatFault, LEAVING_TAINTS, POOL_LABELS, VIRTUAL_NODES } from '@rollcall/contract';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { discoveredPolicy } from './policy-discovered.ts';
import { resolvePolicy, type PolicyInput } from './policy-document.ts';

const metadata = { name: 'plexd', namespace: 'plexd-system' };
const spec = { daemonSet: { name: 'plexd' } };

function write(over: object = {}): object {
  return { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage', metadata, spec, ...over };
}

function resolve(document: unknown, over: Partial<PolicyInput> = {}) {
  return resolvePolicy({
    document,
    origin: 'File',
    cluster: 'c1',
    collectorNamespace: 'rollcall-system',
    createdAtFallback: 7,
    ...over,
  });
}

function policyOf(document: unknown, over: Partial<PolicyInput> = {}) {
  const resolved = resolve(document, over);
  if (!resolved.ok) throw new Error(resolved.faults.map(formatFault).join('\n'));
  return resolved.policy;
}

function faultsOf(document: unknown): readonly string[] {
  const resolved = resolve(document);
  return resolved.ok ? [] : resolved.faults.map(formatFault);
}

describe('a resolved policy', () => {
  test('that says only its DaemonSet has every default', () => {
    expect(policyOf(write())).toEqual({
      uid: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      name: 'plexd',
      policyNamespace: 'plexd-system',
      origin: 'File',
      createdAt: 7,
      generation: 1,
      namespace: 'plexd-system',
      daemonset: 'plexd',
      hasDaemonSet: true,
      exclusions: VIRTUAL_NODES,
      poolLabels: POOL_LABELS,
      minimum: new Map(),
      podLayer: { asked: true, offPools: [], startDeadlineMs: 300_000 },
      joiningTaints: expect.arrayContaining([{ key: 'readiness.k8s.io/*' }]),
      leavingTaints: LEAVING_TAINTS,
      leavingAnnotations: [],
      grace: { joiningMs: 300_000, leavingMs: 900_000, nodeNotReadyMs: 900_000 },
      nodeNotReadyExcused: false,
      exemptions: [],
      providesNetwork: false,
      join: { from: 'Ready', withinMs: 120_000 },
      resources: { cpuRatio: 0.05, memoryBytes: 200e6 },
      objectives: [{ sli: 'coverage', target: 0.99, windowMs: 2_592_000_000 }],
      purpose: '',
      team: '',
      contact: '',
    });
  });

  test('adds its own exclusions and taints to the built-in ones, but its pool labels replace them', () => {
    const gpu = { name: 'gpu', selector: { matchLabels: { gpu: 'true' } } };
    const nodes = { exclude: [gpu], poolLabels: ['pool'], leavingTaints: [{ key: 'halt', effect: 'NoExecute' }] };
    expect(policyOf(write({ spec: { ...spec, nodes } }))).toMatchObject({
      exclusions: [...VIRTUAL_NODES, { name: 'gpu', selector: { matchLabels: { gpu: 'true' }, matchExpressions: [] } }],
      poolLabels: ['pool'],
      leavingTaints: [...LEAVING_TAINTS, { key: 'halt', effect: 'NoExecute' }],
    });
  });

  test('keeps pool names that JavaScript objects have a meaning for', () => {
    const nodes = { minimum: { constructor: 2, 7: 1 } };
    expect(policyOf(write({ spec: { ...spec, nodes } })).minimum).toEqual(
      new Map([
        ['7', 1],
        ['constructor', 2],
      ]),
    );
  });

  test.each([
    [99, 0.99],
    [99.9, 0.999],
    [99.99, 0.9999],
    [99.999, 0.99999],
    [50.001, 0.50001],
  ])('has %d percent as the ratio %d, exactly', (target, ratio) => {
    const objectives = [{ sli: 'coverage', target, window: '7d', owners: ['agent'] }];
    expect(policyOf(write({ spec: { ...spec, objectives } })).objectives).toEqual([
      { sli: 'coverage', target: ratio, windowMs: 604_800_000, owners: ['agent'] },
    ]);
  });

  test('dates its exemptions by their zone', () => {
    const exemption = { nodes: ['n1'], owner: 'ana', reason: 'repair', expires: '2027-01-31T01:00:00+01:00' };
    const [resolved] = policyOf(write({ spec: { ...spec, exemptions: [exemption] } })).exemptions;
    expect(resolved).toEqual({ nodes: ['n1'], owner: 'ana', reason: 'repair', expiresAt: Date.UTC(2027, 0, 31) });
  });
});

describe('identity', () => {
  const stored = { ...metadata, uid: 'u-1', creationTimestamp: '2026-01-01T00:00:00Z', generation: 4 };

  test("from the API is the server's", () => {
    const policy = policyOf(write({ metadata: stored }), { origin: 'API' });
    expect(policy).toMatchObject({ uid: 'u-1', createdAt: Date.UTC(2026, 0, 1), generation: 4, origin: 'API' });
  });

  test('from a file is not the one that the file was exported with', () => {
    expect(policyOf(write({ metadata: stored })).uid).toBe(policyOf(write()).uid);
  });

  test.each([
    ['cluster', policyOf(write(), { cluster: 'c2' })],
    ['namespace', policyOf(write({ metadata: { ...metadata, namespace: 'other' } }))],
    ['name', policyOf(write({ metadata: { ...metadata, name: 'other' } }))],
    ['origin, when it was discovered', discoveredPolicy({ cluster: 'c1', namespace: 'plexd-system', name: 'plexd' })],
  ])('differs by %s', (_, other) => expect(other.uid).not.toBe(policyOf(write()).uid));
});

test('a discovered policy has the defaults of a written one', () => {
  const { uid, origin, createdAt, ...discovered } = discoveredPolicy({
    cluster: 'c1',
    namespace: 'plexd-system',
    name: 'plexd',
  });
  expect({ uid, origin, createdAt }).toEqual({ uid: expect.any(String), origin: 'Discover', createdAt: 0 });
  expect(policyOf(write())).toMatchObject(discovered);
});

describe('a DaemonSet of another namespace', () => {
  const foreign = { daemonSet: { name: 'kube-proxy', namespace: 'kube-system' } };

  test('may be named from the namespace of the collector', () => {
    const policy = policyOf(write({ metadata: { ...metadata, namespace: 'rollcall-system' }, spec: foreign }));
    expect(policy).toMatchObject({
      namespace: 'kube-system',
      policyNamespace: 'rollcall-system',
      daemonset: 'kube-proxy',
    });
  });

  test('may be named from nowhere else', () => {
    expect(faultsOf(write({ spec: foreign }))).toEqual([
      'spec.daemonSet.namespace: "kube-system": is not the policy\'s own namespace, plexd-system; remove it, or move the policy to kube-system or to the collector\'s namespace rollcall-system',
    ]);
  });
});

describe('what this version does not read', () => {
  test('is refused together with all other faults', () => {
    const document = write({
      spec: {
        health: { mesh: { minimumPeersRatio: 2 } },
        grace: { joining: 'soon' },
      },
    });
    expect(faultsOf(document).map((fault) => fault.split(': ')[0])).toEqual([
      'spec.health.mesh.minimumPeersRatio',
      'spec.grace.joining',
      'spec.daemonSet',
    ]);
  });

  test('is not looked for in documents of other kinds', () => {
    expect(
      faultsOf({ apiVersion: 'rollcall.dev/v1alpha1', kind: 'MaintenanceWindow', spec: { health: { mesh: {} } } }),
    ).toEqual(['kind: "MaintenanceWindow": is not DaemonCoverage; write DaemonCoverage']);
  });
});

test('what the schema accepts resolves or is refused with a fault, and nothing throws', () => {
  const duration = fc.constantFrom('0s', '5m', '1m30s', '30m', '29m60s', '0h10m', '1h', '99999h');
  const labels = fc.dictionary(fc.constantFrom('a', 'b/c', 'constructor', '__proto__'), fc.constantFrom('', 'v'));
  const selector = fc.record({ matchLabels: labels }, { requiredKeys: [] });
  const explicit = fc.record({ scope: fc.constant('Explicit'), selector });
  const inferred = fc.record(
    {
      minimum: fc.dictionary(fc.constantFrom('a', 'toString', 'b.c'), fc.integer({ min: 0, max: 100_000 })),
      exclude: fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'fargate'), selector }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const exemption = fc.record({
    nodes: fc.uniqueArray(fc.constantFrom('n1', 'n2', 'n3'), { minLength: 1 }),
    owner: fc.string({ minLength: 1, maxLength: 20 }),
    reason: fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    expires: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  });
  const specs = fc.record(
    {
      daemonSet: fc.record({ name: fc.constantFrom('plexd', 'x.y') }),
      nodes: fc.oneof(explicit, inferred),
      grace: fc.record({ joining: duration, leaving: duration }, { requiredKeys: [] }),
      objectives: fc.array(
        fc.record({ sli: fc.constantFrom('coverage', 'join'), target: fc.double({ min: 50, max: 100 }) }),
        {
          maxLength: 1,
        },
      ),
      exemptions: fc.array(exemption, { maxLength: 2 }),
    },
    { requiredKeys: ['daemonSet'] },
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: specs }, fc.anything()), (arbitrary) => {
      const document = write({ spec: arbitrary });
      const resolved = resolve(document);
      if (resolved.ok) {
        accepted += 1;
        expect(checkDaemonCoverage(document).ok).toBe(true);
        expect(Object.values(resolved.policy.grace).every(Number.isInteger)).toBe(true);
        expect(resolved.policy.exemptions.every(({ expiresAt }) => Number.isInteger(expiresAt))).toBe(true);
      } else {
        expect(resolved.faults.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 100 * inject('rounds') },
  );
  expect(accepted).toBeGreaterThan(10);
});
