/** From a red cell to the command to paste, and whether the answer is true: explain, verify and coverage --watch on the real controllers. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicySummary } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, nameNodes, type Cluster } from './cluster.ts';
import { makeServingPair } from './serving-pair.ts';
import { runRollcall, startCollector, type Collector, type Outcome } from './rollcall.ts';

const SIZE = 6;
const NODES = nameNodes('node', SIZE);
const GOAL_MS = 5_000;
/** Nodes are new here: that must not excuse them. */
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agent, namespace: default }
spec:
  daemonSet: { name: agent }
  grace: { joining: 0s }
`;

let plane: ControlPlane;
let cluster: Cluster;
let collector: Collector;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;
let policy: string;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  await cluster.addNodes(NODES.map((name) => ({ name, labels: { group: 'all' } })));
  await cluster.addDaemonSet({ name: 'agent', template: { nodeSelector: { group: 'all' } } });
  workspace = await openWorkspace();
  policy = join(workspace.folder, 'policy.yaml');
  await writeFile(policy, POLICY);
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, flags: ['--policy', policy] });
  await cluster.waitForReady('agent', SIZE);
  await waitFor(async () => (await collector.policy('default/agent')).counts.covered === SIZE, {
    what: 'all nodes to be covered',
  });
});

afterAll(async () => {
  await collector?.stop();
  await plane?.stop();
  await workspace?.close();
});

interface Timed extends Outcome {
  readonly ms: number;
}

async function timed(...args: readonly string[]): Promise<Timed> {
  const start = performance.now();
  const outcome = await runRollcall(...args);
  return { ...outcome, ms: performance.now() - start };
}

function look(...args: readonly string[]): Promise<Timed> {
  return timed(...args, '--policy', policy, '--kubeconfig', plane.kubeconfigPath);
}

async function isUncovered(node: string, reason: string): Promise<boolean> {
  return (await collector.node('default/agent', node)).reason === reason;
}

async function breakImage(node: string): Promise<string> {
  const { metadata } = await cluster.podOn('agent', node);
  const image = 'ghcr.io/example/agent:9.9';
  const waiting = { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": ErrImagePull: not found` };
  const status = {
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
    containerStatuses: [
      { name: 'daemon', image, imageID: '', ready: false, restartCount: 0, state: { waiting }, lastState: {} },
    ],
  };
  await plane.request('PATCH', `/api/v1/namespaces/default/pods/${metadata.name}/status`, {
    body: { status },
    contentType: 'application/strategic-merge-patch+json',
  });
  return metadata.name;
}

test('a new user comes from the red cell of the table to the command that shows the cause', async () => {
  const pod = await breakImage('node-0');
  await waitFor(() => isUncovered('node-0', 'ImagePullFailed'), { what: 'the collector to see it' });
  const start = performance.now();
  const table = await look('coverage');
  const [, args = ''] = /^Why, and what to do: rollcall (explain .*)$/m.exec(table.out) ?? [];
  expect(args).toBe(`explain node-0 default/agent --kubeconfig ${plane.kubeconfigPath} --policy ${policy}`);
  const { code, out } = await timed(...args.split(' '));
  const ms = performance.now() - start;
  expect(code).toBe(1);
  expect(out).toMatch(/^node-0: NOT covered by default\/agent: ImagePullFailed \(owner: rollout\)\n/);
  expect(out).toContain('[404, no such image]');
  const kubectl = `kubectl --kubeconfig ${plane.kubeconfigPath}`;
  expect(out).toContain(`         ${kubectl} describe pod ${pod} -n default\n`);
  expect(out).toContain(`         ${kubectl} rollout undo daemonset agent -n default\n`);
  expect(out).toMatch(/FAILED {3}container daemon +waits \(ImagePullBackOff\)/);
  console.log(`from the red cell to the command: ${Math.round(ms)} ms of machine time, two commands`);
  expect(ms).toBeLessThan(2 * GOAL_MS);
});

test('a taint, a lost label and a silent kubelet are told from each other, by a fresh look and with their past', async () => {
  await cluster.patchNode('node-1', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoExecute' }] } });
  await cluster.patchNode('node-2', { metadata: { labels: { group: null } } });
  await cluster.silence('node-3');
  await waitFor(() => isUncovered('node-1', 'LabelDrift'), { what: 'the tainted node to be uncovered' });
  await waitFor(() => isUncovered('node-2', 'LabelDrift'), { what: 'the unlabelled node to be uncovered' });
  await waitFor(() => isUncovered('node-3', 'NodeUnreachable'), { what: 'the silent node to be uncovered' });
  const ask = (node: string): Promise<Timed> => timed('explain', node, 'agent', '--server', collector.url);
  const answers = await Promise.all(['node-1', 'node-2', 'node-3', 'node-4'].map(ask));
  expect(answers.map(({ code }) => code)).toEqual([1, 1, 1, 0]);
  const [tainted, unlabelled, silent, well] = answers.map(({ out }) => out);
  expect(tainted).toMatch(/^node-1: NOT covered by default\/agent for \d+ s: LabelDrift \(owner: platform\)\n/);
  expect(tainted).toContain('\n         kubectl taint node node-1 dedicated=db:NoExecute-\n');
  expect(unlabelled).toContain('\n         kubectl label node node-2 --overwrite group=all\n');
  expect(silent).toMatch(/FAILED {3}node Ready +Unknown for .*NodeStatusUnknown.*Kubelet stopped posting node status/);
  expect(silent).toContain('\n         kubectl describe node node-3\n');
  expect(well).toMatch(/^node-4: covered by default\/agent for /);
  for (const own of answers.slice(0, 3)) expect(own.out).toMatch(/history, newest first:\n.* -> uncovered, /);
  const fresh = await look('explain', 'node-3');
  expect(fresh.out).toMatch(/^node-3: NOT covered by default\/agent: NodeUnreachable /);
  for (const { ms } of [...answers, fresh]) expect(ms).toBeLessThan(GOAL_MS);
});

test('a name with a typing error leads to the right one', async () => {
  const wrong = await timed('explain', 'nod-4', 'agnt', '--server', collector.url);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean default/agent?') as string });
  expect((await look('explain', 'node-44', 'agent')).err).toContain('did you mean node-4?');
});

test('a collector that speaks TLS and wants a token is asked with both, and a user without one is told what to do', async () => {
  const pair = await makeServingPair();
  const flags = ['--policy', policy, '--authenticate', ...pair.flags];
  const guarded = await startCollector({ kubeconfig: plane.kubeconfigPath, flags });
  try {
    await grantReading();
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { status } = await plane.request<{ status: { token: string } }>('POST', path, { body: { spec: {} } });
    const token = join(workspace.folder, 'token');
    await writeFile(token, `${status.token}\n`);
    const tls = ['--server', guarded.url, '--certificate-authority', pair.caFile, '--tls-server-name', pair.serverName];
    const answered = await waitFor(
      async () => {
        const outcome = await timed('explain', 'node-4', 'agent', ...tls, '--token-file', token);
        return outcome.code === 0 && outcome;
      },
      { what: 'the guarded collector to answer' },
    );
    expect(answered.out).toMatch(/^node-4: covered by default\/agent for /);
    const unknown = await timed('explain', 'node-4', 'agent', ...tls);
    expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining('--token-file FILE') as string });
    const unnamed = await timed('explain', 'node-4', ...tls.slice(0, 4), '--token-file', token);
    expect(unnamed).toMatchObject({ code: 3, err: expect.stringContaining('--tls-server-name') as string });
  } finally {
    await guarded.stop();
    await pair.remove();
  }
});

/** Lets the service account default/default read whatever a collector answers. */
async function grantReading(): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'test-reader' } };
  const root = '/apis/rbac.authorization.k8s.io/v1';
  const rules = [{ nonResourceURLs: ['*'], verbs: ['get'] }];
  await plane.request('POST', `${root}/clusterroles`, { body: { ...rbac, kind: 'ClusterRole', rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'test-reader' };
  const subjects = [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }];
  const binding = { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects };
  await plane.request('POST', `${root}/clusterrolebindings`, { body: binding });
}

test('verify finds every difference and explains it, beside a collector that remembers', async () => {
  const { code, out, ms } = await look('verify', '--server', collector.url);
  console.log(out);
  expect(code).toBe(0);
  expect(out).toContain('explained  fresh look: out of scope; live server: uncovered LabelDrift: node-1, node-2');
  expect(out).toContain('Every difference is explained');
  expect(ms).toBeLessThan(2 * GOAL_MS);
});

test('coverage --watch shows a change as it happens', async () => {
  const program = join(import.meta.dirname, '../../collector/bin/rollcall.js');
  const child = spawn(process.execPath, [program, 'coverage', '--watch', '-o', 'json', '--server', collector.url]);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
  try {
    await waitFor(async () => lines.length > 0, { what: 'the first line' });
    await cluster.patchNode('node-1', { spec: { taints: [] } });
    const isBack = (line: string): boolean => {
      const { event, summary } = JSON.parse(line) as { event: string; summary?: PolicySummary };
      return event === 'policy' && summary?.counts.covered === SIZE - 3;
    };
    await waitFor(async () => lines.some(isBack), { what: 'the node to be covered again in the stream' });
    expect(lines.some((line) => line.includes('"event":"transition"') && line.includes('node-1'))).toBe(true);
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toBe(0);
});
