/** Who holds the host port, or the room, that a daemon was refused for: looked up on the real control plane, where the real scheduler refuses. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NodeDetail } from '@rollcall/contract';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';

const NODES = nameNodes('node', 4);
const [TAKEN = '', FULL = '', PREEMPTED = ''] = NODES;
const LATE_MS = 2_000;

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  await cluster.addNodes(NODES.map((name) => ({ name, labels: { group: 'all' } })));
  await waitFor(async () => (await Promise.all(NODES.map(allocatableOf))).every((cpu) => cpu === 4_000), {
    what: 'every node to offer 4 CPUs',
  });
  await addPriorityClass('agents', 1000);
  await addPriorityClass('more', 2000);
});

afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

async function allocatableOf(node: string): Promise<number> {
  const status = {
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
    capacity: { cpu: '4', memory: '8Gi', pods: '110' },
  };
  const contentType = 'application/strategic-merge-patch+json';
  await plane.request('PATCH', `/api/v1/nodes/${node}/status`, { body: { status }, contentType });
  type Node = { readonly status: { readonly allocatable: { readonly cpu: string } } };
  const { cpu } = (await plane.request<Node>('GET', `/api/v1/nodes/${node}`)).status.allocatable;
  return Number(cpu) * 1000;
}

async function addPriorityClass(name: string, value: number): Promise<void> {
  const body = { metadata: { name }, value };
  await plane.request('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { body });
}

interface Holder {
  readonly name: string;
  readonly node: string;
  readonly priority?: string;
  readonly cpu?: string;
  readonly hostPort?: number;
}

/** A pod of nobody's on that node, placed by the real scheduler. */
async function addHolder({ name, node, priority, cpu, hostPort }: Holder): Promise<void> {
  const ports = hostPort === undefined ? [] : [{ containerPort: hostPort, hostPort }];
  const resources = cpu === undefined ? {} : { requests: { cpu } };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': node },
    ...(priority !== undefined && { priorityClassName: priority }),
    containers: [{ name: 'c', image: 'c:1', ports, resources }],
  };
  await plane.request('PATCH', `/api/v1/nodes/${node}`, {
    body: { metadata: { labels: { 'kubernetes.io/hostname': node } } },
  });
  await plane.request('POST', '/api/v1/namespaces/default/pods', { body: { metadata: { name }, spec } });
  type Pod = { readonly spec: { readonly nodeName?: string } };
  const bound = async (): Promise<boolean> =>
    (await plane.request<Pod>('GET', `/api/v1/namespaces/default/pods/${name}`)).spec.nodeName === node;
  await waitFor(bound, { what: `${name} to be on ${node}` });
}

function waitForReason(daemonset: string, node: string, reason: string): Promise<NodeDetail> {
  const found = async (): Promise<NodeDetail | false> => {
    const detail = await collector.node(`default/${daemonset}`, node);
    return [detail.reason, ...detail.findings.map(({ code }) => code)].includes(reason as never) && detail;
  };
  return waitFor(found, { what: `${reason} of ${daemonset} on ${node}` });
}

test('the pod that holds the host port is named, by the API and by explain', async () => {
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--discover'] });
  await addHolder({ name: 'holder', node: TAKEN, hostPort: 9100 });
  const ports = [{ containerPort: 9100, hostPort: 9100 }];
  const containers = [{ name: 'daemon', image: 'daemon:1', ports }];
  await cluster.addDaemonSet({ name: 'exporter', template: { nodeSelector: { group: 'all' }, containers } });
  const start = performance.now();
  const { evidence } = await waitForReason('exporter', TAKEN, 'PortConflict');
  console.log(`held port named after ${Math.round(performance.now() - start)} ms`);
  expect(evidence).toEqual(['host port TCP 9100 is held by pod default/holder, of equal priority (0)']);
  const asked = performance.now();
  await collector.node('default/exporter', TAKEN);
  expect(performance.now() - asked).toBeLessThan(LATE_MS);
  const looked = await runRollcall('explain', TAKEN, 'exporter', '--discover', '--kubeconfig', plane.kubeconfigPath);
  expect(looked.out).toContain('\nseen:  host port TCP 9100 is held by pod default/holder, of equal priority (0)\n');
  const served = await runRollcall('explain', TAKEN, 'exporter', '--server', collector.url);
  expect(served.out).toContain('\nseen:  host port TCP 9100 is held by pod default/holder, of equal priority (0)\n');
  const { evidence: none } = await collector.node('default/exporter', NODES[3] ?? '');
  expect(none).toEqual([]);
});

test('a full node is told by who fills it, and by whether the daemon may evict them', async () => {
  await addHolder({ name: 'equal', node: FULL, priority: 'agents', cpu: '3' });
  await addHolder({ name: 'higher', node: FULL, priority: 'more', cpu: '900m' });
  await addHolder({ name: 'lower', node: PREEMPTED, cpu: '3900m' });
  const containers = [{ name: 'daemon', image: 'daemon:1', resources: { requests: { cpu: '500m' } } }];
  const template = { nodeSelector: { group: 'all' }, priorityClassName: 'agents', containers };
  await cluster.addDaemonSet({ name: 'agent', template });
  const { evidence, findings } = await waitForReason('agent', FULL, 'InsufficientResources');
  // A node this young is excused; what it would have been is among its findings.
  expect(findings[0]?.message).toContain('The node is filled by pods of equal or higher priority.');
  expect(evidence).toEqual([
    'cpu: 500m is asked for, 100m of 4 is left',
    'cpu: 3 is held by pod default/equal, of equal priority (1000)',
    "cpu: 900m is held by pod default/higher, of higher priority (2000, the daemon's is 1000)",
  ]);
  // What is of lower priority the scheduler takes away: there the daemon runs.
  const runs = async (): Promise<boolean> => (await collector.node('default/agent', PREEMPTED)).state === 'covered';
  await waitFor(runs, { what: 'the daemon to take the place of the lower one' });
});

test('a request above what any node has never fits, and the evidence says so', async () => {
  const containers = [{ name: 'daemon', image: 'daemon:1', resources: { requests: { memory: '9Gi' } } }];
  await cluster.addDaemonSet({ name: 'large', template: { nodeSelector: { group: 'all' }, containers } });
  const { evidence } = await waitForReason('large', NODES[3] ?? '', 'InsufficientResources');
  expect(evidence).toEqual(['memory: 9Gi is asked for, 8Gi of 8Gi is left: it never fits']);
});
