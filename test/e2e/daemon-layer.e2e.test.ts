/** The layers beyond the pod on real API servers: Daemons of two control planes, signs of life of agents, Leases of kubelets. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NodeAnswer, PolicyCondition } from '@rollcall/contract';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, type Cluster } from './cluster.ts';
import { expectDaemonFigures } from './expect-daemon-figures.ts';
import { openGate, type Gate } from './gate.ts';
import { measure } from './measure.ts';
import { AWS_EXAMPLE, createRiptides, defineNodeStates, GOOGLE_EXAMPLE, type Riptides } from './riptides.ts';
import { runRollcall, startCollector, type Collector } from './rollcall.ts';
import { keepVigil } from './vigil.ts';

const ACCOUNT = 'riptides/daemon/123456789012/';
const MAX_PROBE_AGE_MS = 10_000;
const SEEN_GOAL_MS = 1_000;
const RECOVERY_GOAL_MS = 10_000;

/** Nodes by how they are named by their cloud. */
const AWS = AWS_EXAMPLE.said['node:hostname'];
const PROVIDER_IDS = {
  'ip-10-0-1-100.eu-west-1.compute.internal': 'aws:///eu-west-1b/i-0123456789abcdef0',
  'gke-a-1': 'gce://prod-1/europe-west3-a/gke-a-1',
  'twin-a': 'aws:///eu-west-1b/i-0aaaaaaaaaaaaaaaa',
  'twin-b': 'aws:///eu-west-1b/i-0bbbbbbbbbbbbbbbb',
  lonely: 'aws:///eu-west-1b/i-0cccccccccccccccc',
  silent: 'aws:///eu-west-1b/i-0dddddddddddddddd',
} as const;

type NodeName = keyof typeof PROVIDER_IDS;
const NODES = Object.keys(PROVIDER_IDS) as readonly NodeName[];

const policy = (name: string, health: string): string => `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: ${name}, namespace: default }
spec:
  daemonSet: { name: ${name} }
  nodes: { scope: Explicit, selector: { matchLabels: { fleet: all } } }
  grace: { joining: 0s }
  health: ${health}
`;

const MAX_PROBE_AGE = `${MAX_PROBE_AGE_MS / 1000}s`;
const POLICIES = [
  policy('near', `{ pod: { startDeadline: 10s }, daemon: { source: local, maxProbeAge: ${MAX_PROBE_AGE} } }`),
  policy('far', `{ pod: { startDeadline: 10s }, daemon: { source: far, maxProbeAge: ${MAX_PROBE_AGE} } }`),
  policy('nowhere', '{ daemon: { source: nowhere } }'),
  policy('agent', '{ heartbeat: { period: 10s } }'),
  policy('plain', '{ pod: {} }'),
];
const DAEMON_SETS = ['near', 'far', 'nowhere', 'agent', 'plain'];

let plane: ControlPlane;
let other: ControlPlane;
let cluster: Cluster;
let near: Riptides;
let far: Riptides;
let gate: Gate;
let collector: Collector;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;
let policyFile: string;

beforeAll(async () => {
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  other = await startControlPlane({ profile: 'fast', kwok: false });
  // Nothing but an API server, as the control plane of Riptides is.
  await Promise.all((['kube-controller-manager', 'kube-scheduler'] as const).map(other.kill));
  cluster = createCluster(plane);
  [near, far] = [createRiptides(plane), createRiptides(other)];
  for (const name of NODES) await addNode(name);
  for (const name of DAEMON_SETS) await cluster.addDaemonSet({ name });
  await Promise.all(DAEMON_SETS.map((name) => cluster.waitForReady(name, NODES.length)));
  await far.define();
  gate = await openGate({ kubeconfigPath: other.kubeconfigPath, chance: () => 0.5 });
  workspace = await openWorkspace();
  policyFile = join(workspace.folder, 'policies.yaml');
  await writeFile(policyFile, POLICIES.join('---'));
  const flags = ['--daemon-source', `far=${gate.kubeconfig},workload-id-prefix=${ACCOUNT}`];
  collector = await startCollector({ kubeconfig: plane.kubeconfigPath, policies: POLICIES, flags });
  await waitFor(collector.isReady, { what: 'the collector to be ready' });
});

afterAll(async () => {
  near?.stop();
  far?.stop();
  await collector?.stop();
  await gate?.close();
  await workspace?.close();
  await Promise.all([plane?.stop(), other?.stop()]);
});

async function addNode(name: NodeName): Promise<void> {
  const metadata = { name, labels: { kwok: 'yes', fleet: 'all' } };
  await plane.request('POST', '/api/v1/nodes', { body: { metadata, spec: { providerID: PROVIDER_IDS[name] } } });
}

/** The instance id that a node's cloud gives it, as a Daemon of AWS says it. */
function awsDaemon(node: NodeName, workloadID = ''): Parameters<Riptides['register']>[0] {
  const instance = PROVIDER_IDS[node].split('/').at(-1) ?? '';
  const said = { 'awsiid:instance:id': instance };
  return { name: `of-${node.replace(/\..*/, '')}`, workloadID: workloadID || `${ACCOUNT}eu-west-1/${instance}`, said };
}

async function see(daemonset: string, node: NodeName): Promise<NodeAnswer> {
  return collector.node(`default/${daemonset}`, node);
}

/** Waits for a node to be in a state, and prints how long that took beside the goal. */
async function measureNode(
  [daemonset, node]: readonly [string, NodeName],
  wanted: string,
  goal: { readonly since?: number; readonly after?: () => Promise<unknown>; readonly goalMs?: number } = {},
): Promise<NodeAnswer> {
  const what = `${node} of ${daemonset} is ${wanted}`;
  return measure({ what, goalMs: SEEN_GOAL_MS, ...goal }, async () => {
    const answer = await see(daemonset, node);
    return `${answer.state} ${answer.reason ?? ''}`.trim() === wanted && answer;
  });
}

async function sourceDown(daemonset: string): Promise<PolicyCondition | undefined> {
  return (await collector.policy(`default/${daemonset}`)).conditions.find(({ type }) => type === 'SourceDown');
}

/** The moment at which a Unix time was, on the clock of `performance.now`. */
function monotonic(unixMs: number): number {
  return performance.now() - (Date.now() - unixMs);
}

test('where the kind is not installed the layer is unknown, and everything else goes on', async () => {
  await waitFor(async () => (await sourceDown('near'))?.reason === 'CrdAbsent', { what: 'CrdAbsent' });
  expect((await collector.policy('default/near')).counts).toMatchObject({ uncovered: 0, unobserved: NODES.length });
  expect((await collector.policy('default/plain')).counts).toMatchObject({ covered: NODES.length });
  expect(await collector.isReady()).toBe(true);
  const readyz = await (await fetch(`${collector.url}/readyz`)).text();
  expect(readyz).toMatch(/^daemons\/local: syncing, .*the server answered 404/m);
  const metrics = await (await fetch(`${collector.url}/metrics`)).text();
  for (const watch of ['daemons/local', 'daemons/far', 'plexdnodestates', 'leases'])
    expect(metrics).toContain(`rollcall_watch_state{watch="${watch}",state="live"}`);
});

test('a policy that names a source which the collector does not have is told so, with the mend', async () => {
  expect(await sourceDown('nowhere')).toMatchObject({ status: 'True', reason: 'UnknownSource' });
  expect((await sourceDown('nowhere'))?.message).toContain('name one of: far, local');
  expect(await sourceDown('plain')).toBeUndefined();
  expect((await collector.policy('default/nowhere')).counts).toMatchObject({ unobserved: NODES.length });
});

test('a kind that appears is seen, and a node without a Daemon is then missing one', async () => {
  await near.define();
  // The reflector asks an absent kind again every 10 to 30 s.
  await measureNode(['near', 'lonely'], 'uncovered DaemonMissing', { goalMs: 30_000 });
  expect(await sourceDown('near')).toMatchObject({ status: 'False', reason: 'Live' });
});

test('the example of the Riptides docs covers its node, and becomes ProbeStale in time when its probes end', async () => {
  await measureNode(['near', AWS], 'covered', { after: () => near.register(AWS_EXAMPLE) });
  expect((await see('near', AWS)).daemon).toContain(AWS_EXAMPLE.name);
  await expectDaemonFigures(collector.url, MAX_PROBE_AGE_MS);
  await delay(2 * MAX_PROBE_AGE_MS);
  expect(await see('near', AWS)).toMatchObject({ state: 'covered' });
  await near.patchHealth(AWS_EXAMPLE.name, { driverHealth: 'degraded' });
  await measureNode(['near', AWS], 'uncovered DriverUnhealthy');
  await near.patchHealth(AWS_EXAMPLE.name, { driverHealth: 'OK' });
  await measureNode(['near', AWS], 'covered');
  const last = near.silence(AWS_EXAMPLE.name);
  const { message } = await measureNode(['near', AWS], 'uncovered ProbeStale', {
    since: monotonic(last + MAX_PROBE_AGE_MS),
  });
  expect(message).toContain(AWS_EXAMPLE.workloadID);
  expect((await look('near')).out).toMatch(/ip-10-0-1-100\S* .*ProbeStale/);
});

/** What one look of the command line sees of a DaemonSet, which has seen no probe change. */
function look(daemonset: string): ReturnType<typeof runRollcall> {
  const own = `--kubeconfig=${plane.kubeconfigPath}`;
  const source = `--daemon-source=far=${gate.kubeconfig}`;
  return runRollcall('coverage', `default/${daemonset}`, own, source, `--policy=${policyFile}`, '--output=wide');
}

test('an example of Google covers its node', async () => {
  const answer = await measureNode(['near', 'gke-a-1'], 'covered', { after: () => near.register(GOOGLE_EXAMPLE) });
  expect(answer.daemon).toContain(GOOGLE_EXAMPLE.name);
});

test('a reused workloadID is ambiguous on both nodes, and told by no guess', async () => {
  const workloadID = awsDaemon('twin-a').workloadID;
  await near.register(awsDaemon('twin-a'));
  await measureNode(['near', 'twin-a'], 'covered');
  await near.register(awsDaemon('twin-b', workloadID));
  for (const twin of ['twin-a', 'twin-b'] as const)
    expect((await measureNode(['near', twin], 'uncovered DaemonAmbiguous')).message).toContain(workloadID);
});

test('Daemons of another API server count within their scope, and those of another cluster do not', async () => {
  for (const node of [AWS, 'twin-a'] as const) await far.register(awsDaemon(node));
  await far.register(awsDaemon('lonely', 'riptides/daemon/999999999999/eu-west-1/i-0cccccccccccccccc'));
  for (const node of [AWS, 'twin-a'] as const) await measureNode(['far', node], 'covered');
  await measureNode(['far', 'lonely'], 'uncovered DaemonMissing');
  // That policy asks the other source, where both twins speak for one.
  expect(await see('near', 'twin-a')).toMatchObject({ reason: 'DaemonAmbiguous' });
});

const daemonMissing = (): Promise<number> =>
  collector.total('rollcall_uncovered_node_seconds_total', { daemonset: 'far', reason: 'DaemonMissing' });

/** Looks at all nodes meanwhile: none that was covered may be seen uncovered, and no other layer may take notice. */
async function farDuring(fault: () => Promise<void>): Promise<void> {
  const vigils = ['default/far', 'default/plain'].map((name) => keepVigil(collector, name));
  await fault();
  const [seen, plain] = await Promise.all(vigils.map((vigil) => vigil.end()));
  console.log(`${seen?.looks} looks`);
  expect([...(seen?.sights ?? [])].filter((sight) => /^(ip-10|twin-a).* uncovered/.test(sight))).toEqual([]);
  expect([...(plain?.sights ?? [])]).toEqual([]);
}

test('while a source is down its layer is unknown, no Daemon is missing, and it recovers', async () => {
  await farDuring(async () => {
    gate.block();
    // Before a probe that was fresh then is too old.
    const goal = { what: 'the source to be down', goalMs: (MAX_PROBE_AGE_MS * 2) / 5 + 1_000 };
    await measure(goal, async () => (await sourceDown('far'))?.status === 'True');
    expect((await sourceDown('far'))?.reason).toBe('Disconnected');
    const before = await daemonMissing();
    const counts = { covered: 0, uncovered: 0, unobserved: NODES.length };
    expect((await collector.policy('default/far')).counts).toMatchObject(counts);
    expect(await collector.isReady()).toBe(true);
    await delay(30_000);
    expect(await daemonMissing()).toBe(before);
    expect((await look('far')).out).toMatch(/^Not evaluated: the daemon layer of default\/far: .*"far" is not seen: /m);
    const back = { what: 'the source to be back', goalMs: RECOVERY_GOAL_MS };
    await measure({ ...back, after: async () => gate.unblock() }, isFarCovered);
    expect(await sourceDown('far')).toMatchObject({ status: 'False', reason: 'Live' });
  });
});

async function isFarCovered(): Promise<boolean> {
  const answers = await Promise.all(([AWS, 'twin-a'] as const).map((node) => see('far', node)));
  return answers.every(({ state }) => state === 'covered');
}

test('a kind that is deleted makes the layer unknown at once, and when it is made anew its list decides', async () => {
  await farDuring(async () => {
    await measure(
      { what: 'the end of the kind to be seen', goalMs: 15_000, after: far.undefine },
      async () => (await sourceDown('far'))?.reason === 'CrdAbsent',
    );
    expect((await collector.policy('default/far')).counts).toMatchObject({ uncovered: 0, unobserved: NODES.length });
    // Longer than a removal is held back.
    await delay(12_000);
  });
  await far.define();
  await Promise.all(([AWS, 'twin-a'] as const).map((node) => far.register(awsDaemon(node))));
  await measure({ what: 'the kind to be seen again', goalMs: 30_000 }, isFarCovered);
  expect(await see('far', 'lonely')).toMatchObject({ state: 'uncovered', reason: 'DaemonMissing' });
});

test('a Daemon that is deleted alone is missing', async () => {
  await far.remove('of-twin-a');
  // For 10 s it might have been the end of the kind.
  const { message } = await measureNode(['far', 'twin-a'], 'uncovered DaemonMissing', { goalMs: 12_000 });
  expect(message).toContain(PROVIDER_IDS['twin-a']);
});

const STATES = '/apis/plexd.plexsphere.com/v1alpha1/namespaces/default/plexdnodestates';

test('a node state proves that its agent lives, by the pod that wrote it, and its silence proves nothing', async () => {
  expect((await collector.policy('default/agent')).counts).toMatchObject({ uncovered: 0, unobserved: NODES.length });
  await defineNodeStates(plane);
  const { metadata: pod } = await cluster.podOn('agent', 'lonely');
  const data = [{ key: 'k', contentType: 'text/plain', payload: '', version: 1, updatedAt: new Date().toISOString() }];
  const identity = { apiVersion: 'plexd.plexsphere.com/v1alpha1', kind: 'PlexdNodeState' };
  const body = {
    ...identity,
    metadata: { name: 'node-1' },
    spec: { nodeId: 'n_1', metadata: { hostname: 'lonely', podName: pod.name }, data },
  };
  await plane.request('POST', STATES, { body });
  await measureNode(['agent', 'lonely'], 'covered', { goalMs: 30_000 });
  expect(await see('agent', 'silent')).toMatchObject({ state: 'unobserved' });
  await measureNode(['agent', 'lonely'], 'unobserved', { goalMs: 30_000 });
  expect((await collector.policy('default/agent')).counts).toMatchObject({ uncovered: 0 });
});

test('the message of a node that cannot be reached says since when its kubelet is silent', async () => {
  const silenced = performance.now();
  await cluster.silence('silent');
  const answer = await measureNode(['plain', 'silent'], 'uncovered NodeUnreachable', {
    goalMs: 60_000,
    since: silenced,
  });
  console.log(answer.message);
  expect(answer.message).toMatch(/[Ll]ease/);
});
