/** The condition rollcall.dev/DaemonReady on the nodes of a real API server, written by the account of the manifests, which may write nothing else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ApiError, connect, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { startCollector, type Collector } from './rollcall.ts';

const folder = join(import.meta.dirname, '../../deploy/kubernetes');
const NODES = nameNodes('node', 30);
const TYPE = 'rollcall.dev/DaemonReady';
const WRITES = 'rollcall_node_condition_writes_total';

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast' });
  for (const dir of ['', 'node-conditions']) {
    const { resources } = parse(await read(join(dir, 'kustomization.yaml'))) as { resources: readonly string[] };
    for (const file of resources.filter((name) => name !== 'deployment.yaml')) await apply(join(dir, file));
  }
  cluster = createCluster(plane);
  await cluster.addNodes(NODES.map((name) => ({ name })));
  await cluster.addDaemonSet({ name: 'agent' });
  await cluster.waitForReady('agent', NODES.length);
  const kubeconfig = await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall');
  const flags = ['--discover', '--node-conditions', '--collector-namespace', 'rollcall-system'];
  collector = await startCollector({ kubeconfig, flags });
}, 120_000);
afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

function read(file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}

async function apply(file: string): Promise<void> {
  const object = parse(await read(file)) as Record<string, unknown> & {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
  };
  const { apiVersion, kind, metadata } = object;
  const plural = kind.toLowerCase().replace(/y$/, 'ie') + 's';
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const path = `${group}${place}/${plural}/${metadata.name}?fieldManager=test&force=true`;
  await plane.request('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' });
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

async function conditions(): Promise<ReadonlyMap<string, Condition>> {
  type Nodes = { items: { metadata: { name: string }; status: { conditions: Condition[] } }[] };
  const { items } = await plane.request<Nodes>('GET', '/api/v1/nodes');
  const own = items.flatMap(({ metadata, status }) => {
    const found = status.conditions.find(({ type }) => type === TYPE);
    return found === undefined ? [] : [[metadata.name, found] as const];
  });
  return new Map(own);
}

function count(all: ReadonlyMap<string, Condition>, status: string): number {
  return [...all.values()].filter((own) => own.status === status).length;
}

test('every covered node says so; one write a node, none at rest', { timeout: 120_000 }, async () => {
  const began = performance.now();
  await waitFor(async () => count(await conditions(), 'True') === NODES.length, {
    what: 'all nodes to be DaemonReady',
    deadlineMs: 60_000,
  });
  const took = performance.now() - began;
  const written = await collector.total(WRITES, { outcome: 'written' });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  expect(await collector.total(WRITES)).toBe(written);
  expect(written).toBe(NODES.length);
  process.stdout.write(
    `node conditions: ${written} writes for ${NODES.length} nodes in ${Math.round(took)} ms, 0 at rest\n`,
  );
});

test(
  'a node that loses its daemon says so with the reason, and again when it has it',
  { timeout: 120_000 },
  async () => {
    const [node = ''] = NODES;
    const before = (await conditions()).get(node);
    const writtenBefore = await collector.total(WRITES, { outcome: 'written' });
    await cluster.patchNode(node, { spec: { taints: [{ key: 'down', effect: 'NoExecute' }] } });
    const lost = await waitFor(
      async () => {
        const own = (await conditions()).get(node);
        return own?.status === 'False' && own.reason === 'LabelDrift' && own;
      },
      { what: 'the node to say that its daemon is gone' },
    );
    expect(lost.message).toContain('default/agent (LabelDrift)');
    expect(before?.status).toBe('True');
    await cluster.patchNode(node, { spec: { taints: [] } });
    await waitFor(async () => (await conditions()).get(node)?.status === 'True', {
      what: 'the node to be DaemonReady again',
    });
    const all = await conditions();
    expect(count(all, 'True')).toBe(NODES.length);
    // Lost, perhaps through a reason or two, and there again.
    expect((await collector.total(WRITES, { outcome: 'written' })) - writtenBefore).toBeLessThanOrEqual(4);
  },
);

test('our own condition is no problem of the node', async () => {
  const { findings } = await collector
    .node('default/agent', 'node-2')
    .catch(() => collector.node('default/agent', NODES[1] ?? ''));
  expect(findings.map(({ code }) => code)).not.toContain('NodeProblem');
});

test.each<readonly [what: string, patch: object, subresource: string]>([
  [
    'another condition',
    { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'x', message: '' }] } },
    '/status',
  ],
  ['a new foreign condition', { status: { conditions: [{ type: 'x.example/Ready', status: 'True' }] } }, '/status'],
  ['capacity', { status: { capacity: { cpu: '99' } } }, '/status'],
  ['a label by the way of the status', { metadata: { labels: { pool: 'x' } } }, '/status'],
  ['an annotation by the way of the status', { metadata: { annotations: { a: 'x' } } }, '/status'],
])('the account may not write %s', async (_, patch, subresource) => {
  await expect(writeAs(patch, subresource)).rejects.toThrow(/may write/);
});

test('the account may write a condition of rollcall.dev, and not the node itself', async () => {
  await writeAs({ status: { conditions: [{ type: 'rollcall.dev/Test', status: 'True' }] } }, '/status');
  await expect(writeAs({ metadata: { labels: { pool: 'x' } } }, '')).rejects.toThrow(ApiError);
});

async function writeAs(body: object, subresource: string): Promise<void> {
  const client = await connect(await plane.serviceAccountKubeconfig('rollcall-system', 'rollcall-node-conditions'));
  try {
    const contentType = 'application/strategic-merge-patch+json';
    await client.request('PATCH', `/api/v1/nodes/${NODES[2]}${subresource}`, { body, contentType });
  } finally {
    client.close();
  }
}
