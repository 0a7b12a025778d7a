import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { populate, startServe, type LogLine, type RunningServe } from './test-run.ts';

let cluster: TestKube;
let collector: RunningServe | undefined;

beforeEach(async () => {
  cluster = await startTestKube();
});
afterEach(async () => {
  await collector?.interrupt();
  collector = undefined;
  await cluster.stop();
});

async function start(...flags: readonly string[]): Promise<RunningServe> {
  collector = await startServe(['--kubeconfig', cluster.kubeconfig, ...flags]);
  return collector;
}

function texts(lines: readonly LogLine[]): readonly string[] {
  return lines.map(({ msg }) => msg);
}

async function serves(running: RunningServe, ...daemonSets: readonly string[]): Promise<void> {
  await until(
    async () => (await running.policies()).map(({ daemonset }) => daemonset).join() === daemonSets.join(),
    `policies for ${daemonSets.join()}`,
  );
}

/** The status of the Ready condition as the API answers it. */
async function readiness(running: RunningServe, daemonSet: string): Promise<string | undefined> {
  const found = (await running.policies()).find(({ daemonset }) => daemonset === daemonSet);
  return found?.conditions.find(({ type }) => type === 'Ready')?.status;
}

test('policies of the API that are invalid past the schema are not ready until they are mended, and no other suffers', async () => {
  populate(cluster);
  cluster.crd();
  cluster.policy('a');
  // The schema cannot know the policy's own namespace.
  cluster.policy('b', { daemonset: { name: 'b', namespace: 'far' } });
  const running = await start();
  await until(() => cluster.ready('b') !== undefined, 'the condition');
  const message =
    'spec.daemonSet.namespace: "far": is not the policy\'s own namespace, agents; ' +
    "remove it, or move the policy to far or to the collector's namespace rollcall-system";
  expect(cluster.ready('b')).toMatchObject({ status: 'False', reason: 'Invalid', message });
  await until(async () => (await running.counts('a')) === '3,2', 'the other');
  const [, rejected] = await running.policies();
  expect(rejected).toMatchObject({
    namespace: 'far',
    daemonset: 'b',
    policy: { name: 'b', namespace: 'agents', origin: 'API' },
    conditions: [{ type: 'Ready', status: 'False', reason: 'Invalid', message }],
  });
  expect(running.lines().filter(({ level }) => level === 40)).toMatchObject([
    { policy: 'agents/b', msg: `policy rejected: ${message}` },
  ]);
  cluster.policy('b');
  await until(async () => (await readiness(running, 'b')) === 'True', 'the mended policy to be ready');
  await serves(running, 'a', 'b');
});

test('policies of the API that become invalid stay in force and say so in every answer', async () => {
  populate(cluster);
  cluster.crd();
  cluster.policy('a');
  const running = await start();
  await until(() => cluster.ready('a')?.status === 'True', 'ready');
  cluster.policy('a', { spec: { health: { pod: { enabled: false } } } });
  // Its status follows within 10 s.
  await until(async () => (await readiness(running, 'a')) === 'False', 'rejected');
  const [summary, ...others] = await running.policies();
  expect(others).toEqual([]);
  expect(summary).toMatchObject({ daemonset: 'a', counts: { expected: 3 } });
  const answer = JSON.parse((await running.ask('/api/v1/coverage/agents/a')).body) as typeof summary;
  for (const own of [summary, answer]) {
    const ready = own?.conditions.find(({ type }) => type === 'Ready');
    expect(ready).toEqual({
      type: 'Ready',
      status: 'False',
      reason: 'Invalid',
      message: expect.stringMatching(/; the version before it stays in force$/),
    });
  }
  expect((await running.ask('/metrics')).body).toContain('rollcall_rejected_policies 1');
});

test('policies of the API: the younger of two is in conflict, and that of a file yields', async () => {
  populate(cluster);
  const file = JSON.stringify({
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'from-file', namespace: 'agents' },
    spec: { daemonSet: { name: 'a' } },
  });
  await writeFile(join(cluster.folder, 'policy.yaml'), file);
  const running = await start('--policy', join(cluster.folder, 'policy.yaml'));
  await until(running.isReady, 'ready');
  expect(await running.policies()).toMatchObject([{ policy: { name: 'from-file', origin: 'File' } }]);
  cluster.crd();
  cluster.policy('younger', { daemonset: { name: 'a' }, created: '2026-02-02T00:00:00Z' });
  cluster.policy('older', { daemonset: { name: 'a' }, created: '2026-01-01T00:00:00Z' });
  await collector?.interrupt();
  const next = await start('--policy', join(cluster.folder, 'policy.yaml'));
  await until(() => cluster.ready('younger')?.status === 'False' && cluster.ready('older')?.status === 'True');
  const message = 'the DaemonSet agents/a already has the policy agents/older (API); delete one of the two';
  expect(cluster.ready('younger')).toMatchObject({ reason: 'Conflict', message });
  const rejected = { daemonset: 'a', counts: { expected: 0 }, conditions: [{ reason: 'Conflict', message }] };
  expect(await next.policies()).toMatchObject([
    { policy: { name: 'older' }, counts: { expected: 3 } },
    { ...rejected, policy: { name: 'younger', origin: 'API' } },
    { ...rejected, policy: { name: 'from-file', origin: 'File' } },
  ]);
  expect(next.lines().flatMap(({ msg, policy }) => (msg === `policy rejected: ${message}` ? [policy] : []))).toEqual(
    expect.arrayContaining(['agents/younger', 'agents/from-file']),
  );
});

test('policies of the API that are deleted leave no watch behind', async () => {
  populate(cluster);
  cluster.crd();
  cluster.policy('a');
  const running = await start();
  await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
  await until(() => cluster.kube.openWatches() === 10, 'the watches of Leases and evidence, which nothing waits for');
  cluster.delete('DaemonCoverage', 'a');
  await serves(running);
  await until(() => cluster.kube.openWatches() === 5, 'the watches of pods, revisions and evidence to be closed');
  expect(texts(running.lines())).toContain('policy no longer in force');
});

test('policies of --discover come and go with the DaemonSets', async () => {
  populate(cluster);
  const running = await start('--discover');
  await serves(running, 'a');
  cluster.daemonSet('b', { namespace: 'others' });
  await serves(running, 'a', 'b');
  cluster.delete('DaemonSet', 'a');
  await serves(running, 'b');
  expect(running.lines().filter(({ reason }) => reason === 'DaemonSetMissing')).toEqual([]);
});

test('policies of the collector’s namespace may be about DaemonSets of another', async () => {
  populate(cluster);
  cluster.crd();
  cluster.policy('far', { namespace: 'rollcall-system', daemonset: { name: 'a', namespace: 'agents' } });
  const running = await start();
  await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
  expect((await running.policies())[0]).toMatchObject({
    namespace: 'agents',
    policy: { name: 'far', namespace: 'rollcall-system' },
  });
});

test('policies of files are reloaded when the links of a mounted ConfigMap are swapped, and an invalid edit keeps them', async () => {
  populate(cluster);
  const folder = join(cluster.folder, 'policies');
  const write = async (version: string, text: string): Promise<void> => {
    await mkdir(join(folder, `..${version}`), { recursive: true });
    await writeFile(join(folder, `..${version}`, 'a.yaml'), text);
    await symlink(`..${version}`, join(folder, '..next'));
    await rename(join(folder, '..next'), join(folder, '..data'));
  };
  const policy = (more: string): string =>
    `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: a, namespace: agents }\nspec: { daemonSet: { name: a }${more} }\n`;
  await write('1', policy(', team: one'));
  await symlink('..data/a.yaml', join(folder, 'a.yaml'));
  const running = await start('--policy', folder);
  await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
  await write('2', policy(', tea: two'));
  await until(() => texts(running.lines()).some((text) => text.startsWith('policy rejected: ')), 'the rejection');
  expect(await running.policies()).toMatchObject([
    {
      team: 'one',
      counts: { expected: 3 },
      conditions: [{ status: 'False', message: expect.stringContaining('tea') }, {}],
    },
  ]);
});

test('policies of a path that is not there are rejected in the log and in the answers, and do not end the collector', async () => {
  const running = await start('--policy', '/nowhere');
  expect(await running.policies()).toMatchObject([
    {
      policy: { name: '', origin: 'File' },
      conditions: [{ message: expect.stringMatching(/^\/nowhere:0 cannot be read: ENOENT.*; check the path/) }],
    },
  ]);
  await until(running.isReady, 'ready');
});
