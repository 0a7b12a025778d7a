/** The commands that need no server, straight against a real cluster: what they say, and what their exit codes say. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeAnswer, PolicySummary } from '@rollcall/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openWorkspace, startControlPlane, waitFor, type ControlPlane } from '../control-plane/index.ts';
import { createCluster, daemonSetManifest, nameNodes, nodeOf, type Cluster } from './cluster.ts';
import { MIXED_TEMPLATES, mixedLabels, mixedTaints } from './mixed-fleet.ts';
import { runRollcall, type Outcome } from './rollcall.ts';

interface Items {
  readonly items: readonly { readonly policy: PolicySummary; readonly uncovered: readonly NodeAnswer[] }[];
}
interface Row {
  readonly daemonset: string;
  readonly node: string;
  readonly shouldRun: boolean;
  readonly message: string;
  readonly fits: boolean | null;
}

/** A reserved port, on which nothing listens. */
const NOBODY = 'https://127.0.0.1:1';
/** Nodes are new here: that must not excuse them. */
const STRICT = ['plain', 'too-big'].map((name) =>
  stringify({
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name, namespace: 'default' },
    spec: { daemonSet: { name }, grace: { joining: '0s' } },
  }),
);
const NODES = nameNodes('node', 40);
let plane: ControlPlane;
let cluster: Cluster;
let policies: string;
let workspace: Awaited<ReturnType<typeof openWorkspace>>;

beforeAll(async () => {
  workspace = await openWorkspace();
  policies = await write('policies.yaml', STRICT.join('---\n'));
  plane = await startControlPlane({ profile: 'fast', manageNodesWithLabel: 'kwok=yes' });
  cluster = createCluster(plane);
  await cluster.addNodes(
    NODES.map((name, number) => ({ name, labels: mixedLabels(number), taints: mixedTaints(number) })),
  );
});

afterAll(async () => {
  await plane?.stop();
  await workspace?.close();
});

function rollcall(...args: readonly string[]): Promise<Outcome> {
  return runRollcall(...args, '--kubeconfig', plane.kubeconfigPath);
}

function coverage(...args: readonly string[]): Promise<Outcome> {
  return rollcall('coverage', '--policy', policies, '--discover', ...args);
}

async function write(name: string, text: string): Promise<string> {
  const path = join(workspace.folder, name);
  await writeFile(path, text);
  return path;
}

test('plan says what the controller then does with 20 DaemonSets, and which pods then find no room', async () => {
  const big = { containers: [{ name: 'd', image: 'd', resources: { requests: { cpu: '2000' } } }] };
  const templates = { ...MIXED_TEMPLATES, 'too-big': { ...big, nodeSelector: { zone: 'a' } } };
  const wishes = Object.entries(templates).map(([name, template]) => ({ name, template }));
  const file = await write('daemonsets.yaml', wishes.map((wish) => stringify(daemonSetManifest(wish))).join('---\n'));
  await waitFor(async () => (await Promise.all(NODES.map(cluster.taintsOf))).flat().every(isOurs), {
    what: 'all nodes to be ready',
  });
  const { code, out, err } = await rollcall('plan', '-f', file, '-o', 'json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const rows = JSON.parse(out) as readonly Row[];
  expect(rows).toHaveLength(wishes.length * NODES.length);
  const planned = rows.filter(({ shouldRun }) => shouldRun);
  for (const { shouldRun, message } of rows) if (!shouldRun) expect(message).toMatch(/mend: /);

  for (const wish of wishes) await cluster.addDaemonSet(wish);
  const placed = async (): Promise<readonly string[]> => {
    const pods = wishes.map(async ({ name }) =>
      (await cluster.podsOf(name)).map((pod) => `default/${name} ${nodeOf(pod)}`),
    );
    return (await Promise.all(pods)).flat().toSorted();
  };
  const expected = planned.map(({ daemonset, node }) => `${daemonset} ${node}`).toSorted();
  await waitFor(async () => (await placed()).length >= expected.length, { what: 'the controller to make all pods' });
  expect(await placed()).toEqual(expected);
  const misfits = planned.filter(({ fits }) => fits === false).map(({ node }) => node);
  const refused = await waitFor(
    async () => {
      const pods = await cluster.podsOf('too-big');
      return pods.every(({ status }) => status.conditions?.some(isUnschedulable)) && pods;
    },
    { what: 'the scheduler to refuse what has no room' },
  );
  expect(refused.map((pod) => nodeOf(pod) ?? '').toSorted()).toEqual(misfits.toSorted());
  console.log(`plan: ${rows.length} pairs, ${expected.length} pods made as planned, ${misfits.length} without room`);
});

function isOurs({ key }: { readonly key: string }): boolean {
  return !key.startsWith('node.kubernetes.io/');
}

function isUnschedulable({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'PodScheduled' && status === 'False';
}

test('coverage counts every DaemonSet, in a table and for scripts', async () => {
  await cluster.waitForReady('plain', NODES.filter((_, number) => mixedTaints(number).every(isSoft)).length);
  for (const name of Object.keys(MIXED_TEMPLATES)) {
    await cluster.waitForReady(name, (await cluster.statusOf(name)).desiredNumberScheduled);
  }
  expect((await rollcall('coverage')).err).toMatch(/No DaemonCoverage policy found/);
  const table = await coverage();
  expect(table).toMatchObject({ code: 0, err: '' });
  const wanted = (await cluster.statusOf('selector-one')).desiredNumberScheduled;
  expect(table.out).toMatch(/^NAMESPACE +DAEMONSET +EXPECTED +COVERED/);
  expect(table.out).toMatch(new RegExp(`^default +selector-one +${wanted} +${wanted} +0 +0 +0 +100\\.00%`, 'm'));
  expect(table.out).toMatch(/default\/too-big +node-\d+ .*InsufficientResources/);

  const json = JSON.parse((await coverage('-o', 'json')).out) as Items;
  const counts = new Map(json.items.map(({ policy }) => [policy.daemonset, policy.counts]));
  for (const name of Object.keys(MIXED_TEMPLATES)) {
    const desired = (await cluster.statusOf(name)).desiredNumberScheduled;
    expect({ name, ...counts.get(name) }).toMatchObject({ name, covered: desired, eligible: desired });
  }
  const tooBig = json.items.find(({ policy }) => policy.daemonset === 'too-big');
  expect(tooBig?.uncovered).toHaveLength(tooBig?.policy.counts.expected ?? NaN);
  expect(new Set(tooBig?.uncovered.map(({ reason }) => reason))).toEqual(new Set(['InsufficientResources']));
  const yaml = parse((await coverage('default/plain', '-o', 'yaml')).out) as Items;
  expect(yaml.items.map(({ policy }) => policy.daemonset)).toEqual(['plain']);
});

function isSoft({ effect }: { readonly effect: string }): boolean {
  return effect === 'PreferNoSchedule';
}

test('--fail-below turns coverage into an exit code', async () => {
  const codeOf = async (...args: readonly string[]): Promise<number> => (await coverage(...args)).code;
  expect(await codeOf('default/plain', '--fail-below', '100')).toBe(0);
  expect(await codeOf('default/too-big', '--fail-below', '1')).toBe(1);
  expect(await codeOf('--fail-below', '99')).toBe(1);

  await cluster.silence('node-0');
  await cluster.patchNodeStatus('node-0', [{ type: 'Ready', status: 'Unknown' }]);
  const { expected, covered } = await countsOf('plain');
  expect(covered).toBe(expected - 1);
  const percent = (100 * covered) / expected;
  expect(await codeOf('default/plain', '--fail-below', String(Math.ceil(percent)))).toBe(1);
  expect(await codeOf('default/plain', '--fail-below', String(Math.floor(percent)))).toBe(0);

  await cluster.addDaemonSet({ name: 'nowhere', template: { nodeSelector: { zone: 'none' } } });
  expect((await countsOf('nowhere')).expected).toBe(0);
  expect(await codeOf('default/nowhere')).toBe(0);
  expect(await codeOf('default/nowhere', '--fail-below', '0')).toBe(1);
});

async function countsOf(name: string): Promise<PolicySummary['counts']> {
  const { out } = await coverage(`default/${name}`, '-o', 'json');
  const [item] = (JSON.parse(out) as Items).items;
  if (item === undefined) throw new Error(`rollcall coverage says nothing of ${name}: ${out}`);
  return item.policy.counts;
}

test('what cannot be answered is said, and has an exit code of its own', async () => {
  expect(await coverage('default/misspelt')).toMatchObject({
    code: 1,
    err: expect.stringContaining('"default/misspelt"'),
  });
  expect(await coverage('--fail-below', 'all')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--fail-below'),
  });
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gone', cluster: { server: NOBODY } }],
    contexts: [{ name: 'gone', context: { cluster: 'gone' } }],
    'current-context': 'gone',
  });
  const gone = await write('gone.kubeconfig', text);
  const daemonSet = await write('one.yaml', stringify(daemonSetManifest({ name: 'one' })));
  for (const args of [['coverage'], ['plan', '-f', daemonSet]]) {
    const { code, out, err } = await runRollcall(...args, '--kubeconfig', gone);
    expect({ args, code, out }).toEqual({ args, code: 3, out: '' });
    expect(err).toMatch(/^error: .*127\.0\.0\.1:1\b.*nothing listens there: check the server of the kubeconfig/);
  }
  const reader = await plane.kubeconfig({ cn: 'nobody-special' });
  const forbidden = await runRollcall('coverage', '--kubeconfig', reader);
  expect(forbidden).toMatchObject({ code: 3, err: expect.stringMatching(/^error: .*"nobody-special" cannot list/) });
});
