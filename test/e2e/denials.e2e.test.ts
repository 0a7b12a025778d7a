/** Pods that the API server refuses, on a real control plane: the refusal names no node, and every node that lacks its pod is told why. */
import type { NodeAnswer } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, daemonSetManifest, nameNodes } from './cluster.ts';
import { measure } from './measure.ts';
import { startCollector, type Collector } from './rollcall.ts';

const SIZE = 1_000;
const FEW = 25;
const SEEN_GOAL_MS = 3_000;
/** A wait that can be told from the time that everything else takes, and yet be waited for. */
const LEAST_WAIT_MS = 15_000;

const policy = (namespace: string, pool: string): string => `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: ${namespace} }
spec:
  daemonSet: { name: agent }
  nodes: { scope: Explicit, selector: { matchLabels: { pool: ${pool} } } }
  grace: { joining: 0s }
  health: { pod: { startDeadline: 30s } }
`;

const FEW_NAMESPACES = ['pod-security', 'policy', 'webhook', 'priority', 'account', 'ending'];

interface Nodes {
  readonly items: readonly {
    readonly spec: { readonly taints?: unknown };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

function isReady({ spec, status }: Nodes['items'][number]): boolean {
  const isTrue = status.conditions?.some(({ type, status: said }) => type === 'Ready' && said === 'True');
  return isTrue === true && spec.taints === undefined;
}

let plane: ControlPlane;
let collector: Collector;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  const cluster = createCluster(plane);
  const pools = { many: SIZE - FEW, few: FEW };
  for (const [pool, count] of Object.entries(pools))
    await cluster.addNodes(nameNodes(pool, count).map((name) => ({ name, labels: { pool, fleet: 'all' } })));
  // Each node that becomes Ready has the controller try at once, and doubles its wait.
  await waitFor(async () => (await plane.request<Nodes>('GET', '/api/v1/nodes')).items.every(isReady), {
    what: 'the nodes to be Ready',
    everyMs: 500,
  });
  await Promise.all(['quota', ...FEW_NAMESPACES].map((name) => addNamespace(name)));
  const policies = [
    policy('quota', 'many').replace('pool: many', 'fleet: all'),
    ...FEW_NAMESPACES.map((namespace) => policy(namespace, 'few')),
  ];
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, policies });
  await waitFor(collector.isReady, { what: 'the collector to be ready' });
});

afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
});

async function addNamespace(name: string, labels: object = {}): Promise<void> {
  await plane.request('POST', '/api/v1/namespaces', { body: { metadata: { name, labels } } });
  await waitFor(() => plane.request('GET', `/api/v1/namespaces/${name}/serviceaccounts/default`), {
    what: `the service account of ${name}`,
  });
}

async function addDaemonSet(namespace: string, template: object = {}): Promise<void> {
  const manifest = daemonSetManifest({ name: 'agent', template }) as { metadata: object };
  const body = { ...manifest, metadata: { name: 'agent', namespace } };
  await plane.request('POST', `/apis/apps/v1/namespaces/${namespace}/daemonsets`, { body });
}

async function countReason(namespace: string, reason: string): Promise<number> {
  const { reasons } = await collector.policy(`${namespace}/agent`);
  return reasons.find((own) => own.reason === reason)?.nodes ?? 0;
}

async function anyNode(namespace: string): Promise<NodeAnswer> {
  const [node] = await collector.nodes(`${namespace}/agent`, 'uncovered');
  if (node === undefined) throw new Error(`all nodes of ${namespace} are covered`);
  return node;
}

/** Measures until all nodes have that reason. */
function allAre(namespace: string, reason: string, after: () => Promise<unknown>): Promise<boolean> {
  const size = namespace === 'quota' ? SIZE : FEW;
  const what = `${size} nodes of ${namespace}, from the cause to ${reason}`;
  return measure({ what, goalMs: SEEN_GOAL_MS, after }, async () => (await countReason(namespace, reason)) === size);
}

test('under a quota of none all nodes are named from a few events, and the controller tries again when it was said', async () => {
  const quotas = '/api/v1/namespaces/quota/resourcequotas';
  await plane.request('POST', quotas, { body: { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } } });
  type Quota = { status?: { hard?: object } };
  await waitFor(async () => (await plane.request<Quota>('GET', `${quotas}/none`)).status?.hard, { what: 'the quota' });
  await allAre('quota', 'QuotaExceeded', () => addDaemonSet('quota'));
  type Events = { items: readonly object[] };
  const events = await plane.request<Events>('GET', '/api/v1/namespaces/quota/events');
  console.log(`events there were: ${events.items.length}`);
  expect((await anyNode('quota')).message).toMatch(/is forbidden: exceeded quota: none, requested: pods=1/);

  const waiting = await waitFor(
    async () => {
      const { retryAt } = await anyNode('quota');
      const waitMs = Date.parse(retryAt ?? '') - Date.now();
      return waitMs > LEAST_WAIT_MS && { waitMs, asked: performance.now() };
    },
    { what: 'a long wait', deadlineMs: 90_000 },
  );
  await plane.request('DELETE', `${quotas}/none`);
  await waitFor(async () => (await countReason('quota', 'QuotaExceeded')) < SIZE, { what: 'a pod', everyMs: 20 });
  const waitedMs = performance.now() - waiting.asked;
  const error = waiting.waitMs / waitedMs - 1;
  console.log(
    `next retry was said to be due in ${Math.round(waiting.waitMs)} ms, it came after ${Math.round(waitedMs)} ms (${(100 * error).toFixed(1)} %)`,
  );
  expect(Math.abs(error)).toBeLessThan(0.2);
  await waitFor(async () => (await collector.policy('quota/agent')).counts.covered === SIZE, {
    what: 'all nodes to be covered',
  });
}, 240_000);
