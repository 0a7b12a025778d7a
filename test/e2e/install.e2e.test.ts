/** The first install of deploy/kubernetes on a real control plane: every file is taken as it is, and its rights are enough and no more. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ApiError,
  connect,
  startControlPlane,
  startPrometheus,
  waitFor,
  type ControlPlane,
} from '../control-plane/index.ts';
import { createCluster, daemonSetManifest, nameNodes } from './cluster.ts';
import { askCollector } from './ask-collector.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { makeServingPair } from './serving-pair.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: unknown;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
interface PodMonitor {
  readonly spec: { readonly podMetricsEndpoints: readonly [Endpoint] };
}

interface Endpoint {
  readonly honorLabels: boolean;
  readonly path: string;
  readonly scheme: string;
  readonly tlsConfig: { readonly serverName: string };
  readonly authorization: { readonly credentials: { readonly name: string; readonly key: string } };
}

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const nodes = nameNodes('node', 5);
let plane: ControlPlane;
let collector: Collector;
let pair: Awaited<ReturnType<typeof makeServingPair>>;
let token: string;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  const { resources } = parse(await readText('kustomization.yaml')) as { resources: readonly string[] };
  for (const file of resources) await apply(parse(await readText(file)) as Manifest);
  await apply(parse(await readPodMonitorCrd()) as Manifest);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plexd-system' } });
  const daemonSet = daemonSetManifest({ name: 'plexd' }) as Manifest;
  await apply({ ...daemonSet, metadata: { name: 'plexd', namespace: 'plexd-system' } });
  await createCluster(plane).addNodes(nodes.map((name) => ({ name, labels: { 'kubernetes.io/os': 'linux' } })));
  for (const file of ['pod-monitor.yaml', 'policy-plexd.yaml']) {
    const manifest = parse(await readText(file)) as Manifest;
    // Not before the server has taken notice of the resource's definition.
    await waitFor(() => apply(manifest).catch(ignoreMissing), { what: `${manifest.kind} being served` });
  }
  const kubeconfig = await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall');
  pair = await makeServingPair();
  token = await readScraperToken();
  collector = await startCollector({
    kubeconfig,
    access: { ...pair, token },
    flags: [...pair.flags, '--authenticate', '--leader-elect', '--collector-namespace', 'rollcall-system'],
  });
});
afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
  await pair?.remove();
});

/** The token that the PodMonitor names, from the Secret that the controller manager fills in. */
async function readScraperToken(): Promise<string> {
  const [{ authorization }] = (parse(await readText('pod-monitor.yaml')) as PodMonitor).spec.podMetricsEndpoints;
  const { name, key } = authorization.credentials;
  const path = `/api/v1/namespaces/rollcall-system/secrets/${name}`;
  const encoded = await waitFor(
    async () => (await plane.request<{ data?: Readonly<Record<string, string>> }>('GET', path)).data?.[key],
    { what: 'the token of the scraper' },
  );
  return Buffer.from(encoded, 'base64').toString();
}

function readText(file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}

async function readPodMonitorCrd(): Promise<string> {
  const module = 'github.com/prometheus-operator/prometheus-operator';
  const cwd = join(import.meta.dirname, 'prometheus-operator');
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], { cwd });
  const { Dir: source } = JSON.parse(stdout) as { Dir: string };
  return readFile(join(source, 'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml'), 'utf8');
}

/** Applies it as `kubectl apply --server-side` does; a field that the server does not know is refused. */
async function apply(manifest: Manifest): Promise<true> {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const path = `${group}${scope}/${plural(kind)}/${metadata.name}?fieldManager=install&fieldValidation=Strict`;
  await plane.request('PATCH', path, { body: manifest, contentType: 'application/apply-patch+yaml' });
  return true;
}

function plural(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

function ignoreMissing(error: unknown): false {
  if (error instanceof ApiError && error.status === 404) return false;
  throw error;
}

test('the pods of the Deployment are admitted, scheduled and start', async () => {
  const path = '/apis/apps/v1/namespaces/rollcall-system/deployments/rollcall';
  await waitFor(
    async () => (await plane.request<{ status: { readyReplicas?: number } }>('GET', path)).status.readyReplicas === 2,
    { what: 'the Deployment being ready' },
  );
});

test('with that service account the collector answers for the example policy', async () => {
  await waitFor(() => collector.isReady(), { what: 'the collector being ready' });
  const counts = await waitFor(
    async () => {
      const { counts: now } = await collector.policy('plexd-system/plexd');
      return now.covered === nodes.length && now;
    },
    { what: 'the roll call being complete' },
  );
  expect(counts).toMatchObject({ expected: 5, covered: 5, uncovered: 0, unobserved: 0 });
});

test('and says in its status that it does', async () => {
  expect(await conditionOf('plexd')).toMatchObject({ status: 'True' });
});

test.each([
  {
    name: 'foreign',
    what: 'a DaemonSet of another namespace',
    spec: { daemonSet: { name: 'plexd', namespace: 'kube-system' } },
    reason: 'Invalid',
    words: 'kube-system',
  },
  {
    name: 'second',
    what: 'a DaemonSet that has a policy',
    spec: {},
    reason: 'Conflict',
    words: 'plexd-system/plexd (API)',
  },
])('a policy about $what is accepted by the API, and rejected in its status', async ({ name, spec, reason, words }) => {
  await apply({
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name, namespace: 'plexd-system' },
    spec: { daemonSet: { name: 'plexd' }, ...spec },
  });
  expect(await conditionOf(name)).toMatchObject({ status: 'False', reason, message: expect.stringContaining(words) });
  expect((await collector.policy('plexd-system/plexd')).counts.covered).toBe(nodes.length);
});

async function conditionOf(policy: string): Promise<Condition> {
  const path = `/apis/rollcall.dev/v1alpha1/namespaces/plexd-system/daemoncoverages/${policy}`;
  return waitFor(
    async () => {
      const { status } = await plane.request<{ status?: { conditions?: readonly Condition[] } }>('GET', path);
      return status?.conditions?.find(({ type }) => type === 'Ready');
    },
    { what: `the Ready condition of ${policy}` },
  );
}

test('Prometheus scrapes it as the PodMonitor asks, and series keep the namespace of the DaemonSet', async () => {
  const monitor = parse(await readText('pod-monitor.yaml')) as PodMonitor;
  const [{ honorLabels, path, scheme, tlsConfig }] = monitor.spec.podMetricsEndpoints;
  expect({ honorLabels, path }).toEqual({ honorLabels: true, path: '/metrics' });
  const { host } = new URL(collector.url);
  expect(tlsConfig.serverName).toBe(pair.serverName);
  const access = {
    scheme,
    tls_config: { ca_file: pair.caFile, server_name: tlsConfig.serverName },
    authorization: { credentials: token },
  };
  const prometheus = await startPrometheus({ targets: [host], scrapeIntervalSeconds: 1, honorLabels, access });
  try {
    const labels = { namespace: 'plexd-system', daemonset: 'plexd' };
    const selector = '{namespace="plexd-system",daemonset="plexd"}';
    const valueOf = async (promql: string): Promise<number> => {
      const [sample, ...more] = await prometheus.query(promql);
      return more.length > 0 || sample === undefined ? NaN : sample.value;
    };
    await waitFor(async () => (await valueOf(`sum(increase(rollcall_good_node_seconds_total${selector}[10s]))`)) > 0, {
      what: 'good node-seconds that increase',
    });
    expect(await valueOf('up')).toBe(1);
    expect(await prometheus.query('sum by (namespace, daemonset) (rollcall_covered_nodes)')).toEqual([
      { labels, value: nodes.length },
    ]);
    const attainment = `sum(increase(rollcall_good_node_seconds_total${selector}[10s])) / sum(increase(rollcall_valid_node_seconds_total${selector}[10s]))`;
    expect(await valueOf(attainment)).toBe(1);
    expect(await valueOf('rollcall_rejected_policies')).toBe(2);
  } finally {
    await prometheus.stop();
  }
});

test('who brings no token is answered nothing but the probes', async () => {
  const stranger = { ...pair, token: undefined };
  expect((await askCollector(`${collector.url}/metrics`, stranger)).status).toBe(401);
  expect((await askCollector(`${collector.url}/healthz`, stranger)).status).toBe(200);
});

test('nothing that it needs was ever forbidden', async () => {
  expect(await collector.isReady()).toBe(true);
  expect(await collector.total('rollcall_watch_errors_total', { code: 'Forbidden' })).toBe(0);
  // Without its numbers: a time may well have a 403 in it.
  const words = (await collector.log()).map((line) => JSON.stringify({ ...line, time: 0, pid: 0 }));
  expect(words.filter((line) => /forbidden|40[13]/i.test(line))).toEqual([]);
});

test.each([
  ['GET', '/api/v1/secrets'],
  ['GET', '/api/v1/configmaps'],
  ['DELETE', '/apis/coordination.k8s.io/v1/namespaces/rollcall-system/leases/rollcall'],
  ['POST', '/apis/rollcall.dev/v1alpha1/namespaces/plexd-system/daemoncoverages'],
  ['PATCH', '/apis/rollcall.dev/v1alpha1/namespaces/plexd-system/daemoncoverages/plexd'],
  ['PATCH', '/api/v1/nodes/node-0'],
  ['DELETE', '/apis/apps/v1/namespaces/plexd-system/daemonsets/plexd'],
])('it may not %s %s', async (method, path) => {
  const client = await connect(await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall'));
  const body = method === 'GET' ? {} : { body: {} };
  const refused = client.request(method, path, body).finally(client.close);
  await expect(refused).rejects.toMatchObject({ status: 403 });
});

test('with the ClusterRole of a version that knew no windows it is ready, covers, and says what is missing', async () => {
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/rollcall';
  const role = await plane.request<{ readonly rules: readonly { readonly resources?: readonly string[] }[] }>(
    'GET',
    path,
  );
  const rules = role.rules.map(({ resources = [], ...rule }) => ({
    ...rule,
    resources: resources.filter((one) => one !== 'maintenancewindows'),
  }));
  await plane.request('PUT', path, { body: { ...role, rules: rules.filter(({ resources }) => resources.length > 0) } });
  const kubeconfig = await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall');
  const older = await startCollector({ kubeconfig, flags: ['--collector-namespace', 'rollcall-system'] });
  try {
    const missing = 'to list and watch maintenancewindows in rollcall.dev';
    await waitFor(async () => (await askCollector(`${older.url}/readyz`)).body.includes(missing), {
      what: 'the note',
    });
    await waitFor(() => older.isReady(), { what: 'the collector being ready' });
    const { counts, conditions } = await older.policy('plexd-system/plexd');
    expect(counts).toMatchObject({ expected: 5, covered: 5 });
    expect(conditions.find(({ type }) => type === 'WindowsDown')?.message).toContain(missing);
    expect(await older.total('rollcall_covered_nodes')).toBe(5);
  } finally {
    await older.stop();
  }
});
