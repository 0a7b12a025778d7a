/** The CRD on a real API server: what the schema says there is what it says here. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { resolvePolicy } from '@rollcall/collector';
import { checkDaemonCoverage, daemonCoverageCrd, formatFault } from '@rollcall/contract';
import { loadConnection } from '@rollcall/kube';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ApiError, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { policySpec } from './policy-specs.ts';

interface Policy {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

const group = '/apis/rollcall.dev/v1alpha1';
const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const folder = join(import.meta.dirname, '../policies');
let plane: ControlPlane;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', kwok: false });
  await plane.request('POST', `${crds}?fieldValidation=Strict`, { body: daemonCoverageCrd() });
  await waitFor(
    async () => (await conditions()).some(({ type, status }) => type === 'Established' && status === 'True'),
    {
      what: 'the CRD being established',
    },
  );
  const namespaces = new Set(['other', ...readPolicies('good').map(({ policy }) => policy.metadata.namespace)]);
  for (const name of [...namespaces, 'plexd-system']) {
    await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name } } }).catch(ignoreExisting);
  }
});
afterAll(() => plane.stop());

function ignoreExisting(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 409)) throw error;
}

async function conditions(): Promise<readonly Condition[]> {
  const { status } = await plane.request<{ status: { conditions?: readonly Condition[] } }>(
    'GET',
    `${crds}/daemoncoverages.rollcall.dev`,
  );
  return status.conditions ?? [];
}

function readPolicies(kind: 'good' | 'bad'): readonly { file: string; text: string; policy: Policy }[] {
  return readdirSync(join(folder, kind)).flatMap((file) => {
    const source = readFileSync(join(folder, kind, file), 'utf8');
    // Of the bad ones those that are policies as far as their spec.
    if (kind === 'bad' && !/^# expect: spec[.:]/.test(source)) return [];
    const documents = parseAllDocuments(source).flatMap((document) => {
      const value = document.toJS() as { items?: readonly Policy[] } | null;
      return value?.items ?? (value === null ? [] : [value as unknown as Policy]);
    });
    return documents.map((policy) => ({ file, text: source, policy }));
  });
}

/** Stores a policy, or only asks whether it could be; a refusal is an outcome. What a server sets itself is left out. */
async function post({ metadata: { name, namespace }, spec }: Policy, query = ''): Promise<Policy | ApiError> {
  const body = { apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage', metadata: { name, namespace }, spec };
  const path = `${group}/namespaces/${namespace}/daemoncoverages?fieldValidation=Strict${query}`;
  return plane.request<Policy>('POST', path, { body }).catch((error: unknown) => {
    if (error instanceof ApiError) return error;
    throw error;
  });
}

function resolve(document: unknown) {
  const context = { cluster: 'test', collectorNamespace: 'rollcall-system', createdAtFallback: 0 };
  const resolved = resolvePolicy({ document, origin: 'File', ...context });
  return resolved.ok ? { ...resolved.policy, createdAt: 0, generation: 0 } : resolved.faults.map(formatFault);
}

test('the CRD is established, structural, and its rules are cheap enough', async () => {
  const found = Object.fromEntries((await conditions()).map(({ type, status }) => [type, status]));
  expect(found).toMatchObject({ NamesAccepted: 'True', Established: 'True' });
  expect(found).not.toHaveProperty('NonStructuralSchema');
});

test('kubectl explain finds a description of every field', async () => {
  const api = await waitFor(
    async () => {
      const schemas = await plane.request<{ components: { schemas: Record<string, object> } }>(
        'GET',
        `/openapi/v3${group}`,
      );
      return schemas.components.schemas['dev.rollcall.v1alpha1.DaemonCoverage'];
    },
    { what: 'the published schema' },
  );
  expect(JSON.stringify(api)).toContain('How long a new node is excused');
});

describe('a good policy', () => {
  test.each(readPolicies('good').map(({ file, policy }) => ({ file, policy, name: policy.metadata.name })))(
    '$file $name is accepted, and stored with the defaults that files get',
    async ({ policy }) => {
      const stored = await post(policy);
      expect(stored).not.toBeInstanceOf(Error);
      expect(resolve(stored)).toEqual(resolve(policy));
      expect(checkDaemonCoverage(stored)).toMatchObject({
        ok: true,
        value: { spec: JSON.parse(JSON.stringify(policy.spec, dropNull)) as object },
      });
    },
  );
});

function dropNull(_: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

test('a policy that says only its DaemonSet is stored with every default', async () => {
  const stored = await post({ metadata: { name: 'defaults', namespace: 'other' }, spec: { daemonSet: { name: 'a' } } });
  expect(stored).toMatchObject({ metadata: { generation: 1 } });
  expect((stored as Policy).spec).toEqual({
    daemonSet: { name: 'a' },
    nodes: { scope: 'Inferred' },
    health: { pod: { enabled: true, startDeadline: '5m' } },
    grace: { joining: '5m', leaving: '15m', nodeNotReady: '15m' },
    nodeNotReady: 'Expected',
    providesNetwork: false,
    join: { from: 'Ready', within: '2m' },
    resources: { cpuPercent: 5, memory: '200M' },
    objectives: [{ sli: 'coverage', target: 99, window: '30d' }],
  });
});

// What no structural schema can say, or this version of the collector alone: these the collector rejects.
const left = [
  'daemon-set-by-systemd.yaml',
  'daemon-set-of-another-namespace.yaml',
  'minimum-pool-name.yaml',
  'minimum-prototype.yaml',
  'objective-zone-case.yaml',
  'objective-zone-of-wrong-area.yaml',
  'objective-zone-unknown.yaml',
  'selector-label-key.yaml',
];

test('a bad policy is refused by the API server, or else rejected by the collector for what its file expects', async () => {
  const bad = readPolicies('bad');
  expect(bad.length).toBeGreaterThan(80);
  const accepted: string[] = [];
  for (const { file, text: source, policy } of bad) {
    const answer = await post(
      { ...policy, metadata: { ...policy.metadata, name: file.replace('.yaml', '') } },
      '&dryRun=All',
    );
    if (answer instanceof ApiError) {
      console.log(`refused ${file}: ${answer.message.replace(/^.*is invalid: /, '')}`);
      expect([400, 422]).toContain(answer.status);
    } else {
      accepted.push(file);
      const words = source.split('\n').flatMap((line) => (line.startsWith('# expect: ') ? [line.slice(10)] : []));
      expect(resolve(answer)).toEqual(expect.arrayContaining(words.map((own) => expect.stringContaining(own))));
    }
  }
  console.log(`left to the collector: ${accepted.join(', ')}`);
  expect(accepted).toEqual(left);
});

test('the API server and the schema judge alike, whatever the spec', async () => {
  const judged = { valid: 0, invalid: 0 };
  await fc.assert(
    fc.asyncProperty(policySpec, async (spec) => {
      const policy = { metadata: { name: 'random', namespace: 'other' }, spec };
      const checked = checkDaemonCoverage({ apiVersion: 'rollcall.dev/v1alpha1', kind: 'DaemonCoverage', ...policy });
      const answer = await post(policy, '&dryRun=All');
      judged[checked.ok ? 'valid' : 'invalid'] += 1;
      const ours = checked.ok ? 'valid' : checked.faults.map(formatFault).join(' | ');
      const theirs = answer instanceof ApiError ? answer.message : 'valid';
      expect(theirs === 'valid', `API server: ${theirs}\nschema: ${ours}`).toBe(checked.ok);
      if (checked.ok) expect(resolve(answer)).toEqual(resolve({ ...(answer as Policy), spec }));
    }),
    { numRuns: 1000 },
  );
  console.log(`judged alike: ${judged.valid} valid, ${judged.invalid} invalid specs`);
  expect(Math.min(judged.valid, judged.invalid)).toBeGreaterThan(100);
});

test('kubectl get shows the answer, from the status alone', async () => {
  const path = `${group}/namespaces/other/daemoncoverages`;
  await post({ metadata: { name: 'shown', namespace: 'other' }, spec: { daemonSet: { name: 'plexd' } } });
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Evaluated',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const counts = { expected: 200, covered: 199, uncovered: 1, unobserved: 0, excused: 2 };
  const status = {
    conditions: [condition],
    counts,
    coverage: '99.50%',
    worstReason: 'NodeNotReady',
    budgetRemaining: '50.0%',
  };
  await plane.request('PATCH', `${path}/shown/status`, { body: { status, spec: { daemonSet: { name: 'ignored' } } } });
  const { columnDefinitions, rows } = await readTable(`${path}?fieldSelector=metadata.name%3Dshown`);
  expect(columnDefinitions.map(({ name }) => name)).toEqual([
    'Name',
    'DaemonSet',
    'Expected',
    'Covered',
    'Coverage',
    'Budget Left',
    'Worst Reason',
    'Ready',
    'Age',
  ]);
  expect(rows.map(({ cells }) => cells.slice(0, 8))).toEqual([
    ['shown', 'plexd', 200, 199, '99.50%', '50.0%', 'NodeNotReady', 'True'],
  ]);
});

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

async function readTable(path: string): Promise<Table> {
  const connection = await loadConnection({
    kubeconfig: plane.kubeconfigPath,
    env: {},
    version: 'test',
    readFile: (file) => readFile(file, 'utf8'),
    clock: { monoMs: () => performance.now() },
    timers: {
      after: (ms, run) =>
        (
          (timer) => () =>
            clearTimeout(timer)
        )(setTimeout(run, ms)),
    },
  });
  try {
    const { body } = await connection.request({
      path,
      headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    return JSON.parse(await text(body)) as Table;
  } finally {
    connection.close();
  }
}
