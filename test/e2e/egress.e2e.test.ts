/** NetworkPolicies that cut a daemon from its sink, as real objects of a real API server: found, named, and gone again when one allows the way. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';

const NODES = nameNodes('node', 3);
const ROOT = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies';
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec:
  daemonSet: { name: agent }
  grace: { joining: 0s }
  telemetry:
    sink: { namespace: telemetry, podSelector: { matchLabels: { app: otel } }, port: 4317 }
`;
const CUT =
  "NetworkPolicy default/deny-all selects the daemon's pods and no rule allows egress to pods of namespace telemetry (app=otel) at TCP 4317.";

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;
let policy: string;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  await cluster.addNodes(NODES.map((name) => ({ name })));
  await plane.request('POST', '/api/v1/namespaces', {
    body: { metadata: { name: 'telemetry', labels: { team: 'o11y' } } },
  });
  await cluster.addDaemonSet({ name: 'agent' });
  workspace = await openWorkspace();
  policy = join(workspace.folder, 'policy.yaml');
  await writeFile(policy, POLICY);
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--policy', policy] });
  await waitFor(async () => (await collector.policy('default/agent')).counts.covered === NODES.length, {
    what: 'all nodes to be covered',
  });
});

afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
  await workspace?.close();
});

async function findings(node = 'node-0'): Promise<readonly string[]> {
  const found = (await collector.node('default/agent', node)).findings;
  return found.filter(({ code }) => code === 'EgressBlocked').map(({ message }) => message);
}

async function way(): Promise<string | undefined> {
  const { checks } = await collector.node('default/agent', 'node-0');
  return checks.find(({ check }) => check === 'way to the sink')?.outcome;
}

function until(what: string, test: () => Promise<boolean>): Promise<unknown> {
  return waitFor(test, { what });
}

test('a default-deny policy is named on every node, and an allowing one beside it mends it', async () => {
  await until('the way to be seen', async () => (await way()) === 'pass');
  const start = performance.now();
  await plane.request('POST', ROOT, {
    body: { metadata: { name: 'deny-all' }, spec: { podSelector: {}, policyTypes: ['Egress'] } },
  });
  await until('the cut to be found', async () => (await findings()).length > 0);
  console.log(`a cut way found after ${Math.round(performance.now() - start)} ms`);
  for (const node of NODES) expect(await findings(node)).toEqual([CUT]);
  // A connection that is open may stay so: what still arrives is covered.
  expect((await collector.policy('default/agent')).counts.covered).toBe(NODES.length);
  const looked = await runRollcall(
    'explain',
    'node-0',
    'agent',
    '--policy',
    policy,
    '--kubeconfig',
    plane.kubeconfigPath,
  );
  expect(looked.out).toContain(`EgressBlocked: ${CUT}`);
  expect(looked.out).toContain(' describe networkpolicy deny-all -n default');
  expect(looked.out).toContain('more:  alerts/runbooks/EgressBlocked.md');
  const to = [{ namespaceSelector: { matchLabels: { team: 'o11y' } }, podSelector: { matchLabels: { app: 'otel' } } }];
  const spec = { podSelector: { matchLabels: { app: 'agent' } }, egress: [{ to, ports: [{ port: 4317 }] }] };
  await plane.request('POST', ROOT, { body: { metadata: { name: 'allow-telemetry' }, spec } });
  await until('the way to be open again', async () => (await findings()).length === 0);
});

test('a namespace that loses the label by which it was allowed is cut off', async () => {
  await plane.request('PATCH', '/api/v1/namespaces/telemetry', { body: { metadata: { labels: { team: null } } } });
  await until('the cut to be found', async () => (await findings()).length > 0);
  expect(await findings()).toEqual([
    expect.stringContaining('NetworkPolicies default/allow-telemetry, default/deny-all select'),
  ]);
  await plane.request('PATCH', '/api/v1/namespaces/telemetry', { body: { metadata: { labels: { team: 'o11y' } } } });
  await until('the way to be open again', async () => (await findings()).length === 0);
});
