/** What daemons use on the real control plane: a real metrics-server behind the aggregation layer, heartbeats where it is silent. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ensureMetricsServer,
  startControlPlane,
  startMetricsServer,
  waitFor,
  type ControlPlane,
  type MetricsServer,
} from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';
import { heartbeat, requestToken, send } from './senders.ts';

const NODES = nameNodes('node', 2);
const [FIRST = '', SECOND = ''] = NODES;
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec:
  daemonSet: { name: agent }
  grace: { joining: 0s }
  health: { mesh: { minimumPeersRatio: 0.5 } }
  objectives:
    - { sli: coverage, target: 99 }
    - { sli: resources, target: 99 }
`;

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;
let metrics: MetricsServer | undefined;

beforeAll(async () => {
  // On a cold machine that takes longer than a test may.
  await ensureMetricsServer();
  plane = await startControlPlane({ profile: 'fast' });
  cluster = createCluster(plane);
  await plane.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'agent' } } });
  await cluster.addDaemonSet({ name: 'agent', template: { serviceAccountName: 'agent' } });
  await Promise.all(NODES.map(addMeteredNode));
  await cluster.waitForReady('agent', NODES.length);
  await use(FIRST, '150m', '120M');
  await use(SECOND, '50m', '300M');
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, policies: [POLICY] });
  await waitFor(collector.isReady, { what: 'the collector being ready' });
});
afterAll(async () => {
  await collector?.stop();
  await metrics?.stop();
  await plane?.stop();
});

async function addMeteredNode(name: string): Promise<void> {
  const path = `/metrics/nodes/${name}/metrics/resource`;
  const annotations = { 'metrics.k8s.io/resource-metrics-path': path };
  const amounts = { cpu: '4', memory: '8Gi', pods: '110' };
  // Where one of the two is missing KWOK's Stage takes the other away.
  const addresses = [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: name },
  ];
  await plane.request('POST', '/api/v1/nodes', {
    body: {
      metadata: { name, annotations, labels: { kwok: 'yes' } },
      status: { addresses, capacity: amounts, allocatable: amounts },
    },
  });
}

/** What KWOK is to say that the daemon on a node uses. */
async function use(node: string, cpu: string, memory: string): Promise<void> {
  const { metadata } = await cluster.podOn('agent', node);
  const annotations = { 'kwok.x-k8s.io/usage-cpu': cpu, 'kwok.x-k8s.io/usage-memory': memory };
  const body = { metadata: { annotations } };
  await plane.request('PATCH', `/api/v1/namespaces/default/pods/${metadata.name}`, { body });
}

async function checkOf(node: string): Promise<string> {
  const { checks } = await collector.node('default/agent', node);
  const own = checks.find(({ check }) => check === 'resources');
  return `${own?.outcome}: ${own?.seen}`;
}

async function conditionOf(type: string): Promise<string> {
  const { conditions } = await collector.policy('default/agent');
  const own = conditions.find((condition) => condition.type === type);
  return `${own?.status} ${own?.reason} ${own?.message}`;
}

function seconds(what: 'good' | 'valid' | 'unobserved'): Promise<number> {
  return collector.total(`rollcall_${what}_node_seconds_total`, { sli: 'resources' });
}

test('without metrics.k8s.io the policy says so, and nothing is good', async () => {
  await waitFor(async () => (await conditionOf('PodMetricsDown')).startsWith('True NotFound'), {
    what: 'the condition that metrics.k8s.io is not served',
  });
  expect(await conditionOf('PodMetricsDown')).toMatch(/heartbeats count instead; install metrics-server/);
  expect([await seconds('good'), await seconds('valid')]).toEqual([0, 0]);
  expect(await seconds('unobserved')).toBeGreaterThan(0);
});

test('a heartbeat of the daemon itself counts instead', async () => {
  const { metadata: pod } = await cluster.podOn('agent', FIRST);
  const token = await requestToken(plane, { account: 'agent', pod: { name: pod.name, uid: pod.uid } });
  const told = { cpuCores: 0.125, memoryBytes: 50_000_000 };
  const reply = await send(collector.url, { token, items: [heartbeat(FIRST, 1, told)] });
  expect(reply).toMatchObject({ status: 200 });
  expect(await checkOf(FIRST)).toMatch(
    /^pass: 0.125 of 4 CPUs \(5 % allowed\), 50 MB of memory \(200 MB allowed\), by heart/,
  );
  expect(await collector.total('rollcall_daemon_cpu_cores_sum')).toBe(0.125);
});

test('with a real metrics-server its figures count, before those of heartbeats', async () => {
  const startedMs = performance.now();
  metrics = await startMetricsServer(plane);
  await waitFor(async () => (await checkOf(SECOND)).startsWith('note:'), {
    what: 'the collector knowing what the second daemon uses',
    deadlineMs: 120_000,
  });
  console.log(`metrics.k8s.io counted after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
  expect(await checkOf(SECOND)).toMatch(/of 4 CPUs .*, 300 MB of memory \(200 MB allowed\), by metrics.k8s.io/);
  expect(await checkOf(FIRST)).toMatch(/^pass: 0\.1[45]\d* of 4 CPUs .*, 120 MB of memory .*, by metrics.k8s.io/);
  expect(await conditionOf('PodMetricsDown')).toMatch(/^False Live/);
  expect(await collector.total('rollcall_daemon_memory_bytes_sum')).toBe(420_000_000);
  const worst = await collector.total('rollcall_worst_node', { by: 'memory', rank: '1', node: SECOND });
  expect(worst).toBe(300_000_000);
  const [good, valid] = [await seconds('good'), await seconds('valid')];
  expect(good).toBeGreaterThan(0);
  expect(valid).toBeGreaterThan(good);
});

test('and when it dies the policy says so', async () => {
  await metrics?.stop();
  await waitFor(async () => (await conditionOf('PodMetricsDown')).startsWith('True Unavailable'), {
    what: 'the condition that metrics.k8s.io is down',
    deadlineMs: 120_000,
  });
});
