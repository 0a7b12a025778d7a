/** Two replicas on a real control plane: one leads, its death is survived, and the status of the policy goes on being written. */
import { setTimeout as delay } from 'node:timers/promises';
import { COLLECTOR_NAMESPACE, daemonCoverageCrd, type DaemonCoverageStatus } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { measure } from './measure.ts';
import { startCollector, type Collector } from './rollcall.ts';

/** The Lease's duration, and twice the pause between two looks at it. */
const TAKE_OVER_MS = 15_000 + 2 * 2_400;
const REST_MS = 15_000;
const policies = '/apis/rollcall.dev/v1alpha1/namespaces/default/daemoncoverages';

interface Stored {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly managedFields: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly subresource?: string;
      readonly fieldsV1: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }[];
  };
  readonly status?: DaemonCoverageStatus;
}

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly (string | number | null)[] }[];
}

let plane: ControlPlane;
let cluster: Cluster;
let replicas: Collector[] = [];

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  cluster = createCluster(plane);
  const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await plane.request('POST', crds, { body: daemonCoverageCrd() });
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name: COLLECTOR_NAMESPACE } } });
  await cluster.addNodes(nameNodes('node', 5).map((name) => ({ name })));
  await cluster.addDaemonSet({ name: 'agent' });
  await cluster.waitForReady('agent', 5);
  const body = {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'agent' },
    spec: { daemonSet: { name: 'agent' } },
  };
  await waitFor(() => plane.request('POST', policies, { body }), { what: 'the kind to be served' });
  replicas = [await start(), await start()];
});
afterAll(async () => {
  for (const replica of replicas) await replica.stop();
  await plane?.stop();
});

function start(): Promise<Collector> {
  return startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--leader-elect'] });
}

async function leads({ url }: Collector): Promise<boolean> {
  return /^rollcall_leader 1$/m.test(await (await fetch(`${url}/metrics`)).text());
}

/** Those that lead now, asked at the same time. */
async function leaders(): Promise<readonly Collector[]> {
  const answers = await Promise.all(replicas.map(leads));
  return replicas.filter((_, index) => answers[index]);
}

async function leader(): Promise<Collector> {
  return waitFor(async () => (await leaders())[0], { what: 'one to lead', deadlineMs: 30_000 });
}

function read(): Promise<Stored> {
  return plane.request<Stored>('GET', `${policies}/agent`);
}

/** How often all replicas that live have written. */
async function countWrites(): Promise<number> {
  const counts = await Promise.all(replicas.map((own) => own.total('rollcall_status_writes_total')));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function hasStatus(covered: number, expected = covered): Promise<boolean> {
  const { counts } = (await read()).status ?? {};
  return counts?.covered === covered && counts.expected === expected;
}

test('one of the two leads at every look, shows gauges, and lets its counters move', async () => {
  await leader();
  await waitFor(async () => (await Promise.all(replicas.map((own) => own.isReady()))).every(Boolean), {
    what: 'both to be ready',
  });
  for (let look = 0; look < 50; look += 1) expect(await leaders()).toHaveLength(1);
  const [first] = await leaders();
  for (const replica of replicas) {
    const isFirst = replica === first;
    expect(await replica.total('rollcall_covered_nodes')).toBe(isFirst ? 5 : 0);
    expect((await replica.total('rollcall_valid_node_seconds_total')) > 0).toBe(isFirst);
    expect((await replica.policy('default/agent')).counts.covered).toBe(5);
  }
});

test('the status is there, in the columns of kubectl get, and belongs to its manager', async () => {
  await measure({ what: 'the status of a policy', goalMs: 10_000 }, () => hasStatus(5));
  const { status, metadata } = await read();
  expect(status).toMatchObject({ observedGeneration: 1, coverage: '100.00%' });
  const conditions = status?.conditions?.map((own) => `${own.type} ${own.status} ${own.observedGeneration}`);
  expect(conditions?.toSorted()).toEqual(['Conflict False 1', 'NoNodesMatch False 1', 'Ready True 1']);
  const entries = metadata.managedFields.filter(({ subresource }) => subresource === 'status');
  expect(entries).toMatchObject([{ manager: 'rollcall', operation: 'Apply' }]);
  const owned = Object.keys(entries[0]?.fieldsV1['f:status'] ?? {}).toSorted();
  expect(owned).toEqual(['f:conditions', 'f:counts', 'f:coverage', 'f:observedGeneration']);
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { columnDefinitions, rows } = await plane.request<Table>('GET', policies, { accept });
  const row = columnDefinitions.map(({ name }, column) => `${name}: ${rows[0]?.cells[column] ?? ''}`);
  console.log(row.join(', '));
  expect(row.slice(0, 8)).toEqual([
    'Name: agent',
    'DaemonSet: agent',
    'Expected: 5',
    'Covered: 5',
    'Coverage: 100.00%',
    'Budget Left: ',
    'Worst Reason: ',
    'Ready: True',
  ]);
});

test('at rest nothing is written', async () => {
  const [before, version] = [await countWrites(), (await read()).metadata.resourceVersion];
  await delay(REST_MS);
  expect([(await countWrites()) - before, (await read()).metadata.resourceVersion]).toEqual([0, version]);
});

test('when the leader is killed the other one takes over, writes nothing at rest, and then what changes', async () => {
  const { resourceVersion: version } = (await read()).metadata;
  const dead = await leader();
  replicas = replicas.filter((replica) => replica !== dead);
  await measure(
    { what: 'the leader killed: the other one leads', goalMs: TAKE_OVER_MS, after: dead.stop },
    async () => {
      const now = await leaders();
      expect(now.length).toBeLessThan(2);
      return now.length === 1;
    },
  );
  const [survivor] = replicas;
  console.log(
    `booked as unobserved: ${await survivor?.total('rollcall_unobserved_node_seconds_total')} node-seconds of 5 nodes`,
  );
  await delay(5_000);
  expect([await countWrites(), (await read()).metadata.resourceVersion]).toEqual([0, version]);
  await cluster.addNodes([{ name: 'sixth' }]);
  await measure({ what: 'a sixth node in the status', goalMs: 12_000 }, () => hasStatus(6));
});

test('a leader that ends hands over at once', async () => {
  replicas = [...replicas, await start()];
  await waitFor(async () => (await Promise.all(replicas.map((own) => own.isReady()))).every(Boolean), {
    what: 'both to be ready',
  });
  const ending = await leader();
  replicas = replicas.filter((replica) => replica !== ending);
  await measure(
    { what: 'the leader ended: the other one leads', goalMs: 3_000, after: ending.terminate },
    async () => (await leaders()).length === 1,
  );
  await ending.stop();
});
