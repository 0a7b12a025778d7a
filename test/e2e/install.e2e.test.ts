/** The first install of deploy/kubernetes on a real control plane: every file is taken as it is, and its rights are enough and no more. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ApiError, connect, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, daemonSetManifest, nameNodes } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const nodes = nameNodes('node', 5);
let plane: ControlPlane;
let collector: Collector;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  const { resources } = parse(await readText('kustomization.yaml')) as { resources: readonly string[] };
  for (const file of resources) await create(parse(await readText(file)) as Manifest);
  await create(parse(await readPodMonitorCrd()) as Manifest);
  await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plexd-system' } });
  const daemonSet = daemonSetManifest({ name: 'plexd' }) as Manifest;
  await create({ ...daemonSet, metadata: { name: 'plexd', namespace: 'plexd-system' } });
  await createCluster(plane).addNodes(nodes.map((name) => ({ name, labels: { 'kubernetes.io/os': 'linux' } })));
  for (const file of ['pod-monitor.yaml', 'policy-plexd.yaml']) {
    const manifest = parse(await readText(file)) as Manifest;
    // Not before the server has taken notice of the resource's definition.
    await waitFor(() => create(manifest).catch(ignoreMissing), { what: `${manifest.kind} being served` });
  }
  const kubeconfig = await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall');
  collector = await startCollector({ kubeconfig, flags: ['--collector-namespace', 'rollcall-system'] });
});
afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

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

/** Creates it as it stands; a field that the server does not know is refused. */
async function create(manifest: Manifest): Promise<true> {
  const { apiVersion, kind, metadata } = manifest;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  await plane.request('POST', `${group}${scope}/${plural(kind)}?fieldValidation=Strict`, { body: manifest });
  return true;
}

function plural(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

function ignoreMissing(error: unknown): false {
  if (error instanceof ApiError && error.status === 404) return false;
  throw error;
}

test('the pod of the Deployment is admitted, scheduled and starts', async () => {
  const path = '/apis/apps/v1/namespaces/rollcall-system/deployments/rollcall';
  await waitFor(
    async () => (await plane.request<{ status: { readyReplicas?: number } }>('GET', path)).status.readyReplicas === 1,
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
  const path = '/apis/rollcall.dev/v1alpha1/namespaces/plexd-system/daemoncoverages/plexd';
  const ready = await waitFor(
    async () => {
      const { status } = await plane.request<{ status?: { conditions?: readonly { type: string; status: string }[] } }>(
        'GET',
        path,
      );
      return status?.conditions?.find(({ type }) => type === 'Ready');
    },
    { what: 'the Ready condition' },
  );
  expect(ready).toMatchObject({ status: 'True' });
});

test.each([
  ['GET', '/api/v1/secrets'],
  ['GET', '/api/v1/configmaps'],
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
