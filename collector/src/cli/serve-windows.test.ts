import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { populate, startServe, type RunningServe } from './test-run.ts';

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

function windowManifest(name: string, spec: object): { kind: string; metadata: { name: string } } {
  return {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'MaintenanceWindow',
    metadata: { name, namespace: 'agents' },
    spec: { owner: 'ana', reason: 'new kernel', ...spec },
  } as never;
}

const NOW = { start: '2020-01-01T00:00:00Z', end: '2120-01-01T00:00:00Z' };

async function excused(running: RunningServe): Promise<number | undefined> {
  return (await running.policies()).find(({ daemonset }) => daemonset === 'a')?.counts.excused;
}

test('a window of the API excuses its nodes until it is deleted, and one that is invalid says why', async () => {
  populate(cluster);
  cluster.crd();
  cluster.policy('a');
  collector = await startServe(['--kubeconfig', cluster.kubeconfig]);
  const running = collector;
  await until(async () => (await running.counts('a')) === '3,2', 'the policy');
  // A century is more than may be excused: three days before now are not.
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const spec = { once: { start: from, end: NOW.end }, scope: { policies: ['a'] } };
  cluster.kube.store.apply(windowManifest('kernel', spec) as never);
  await until(async () => (await excused(running)) === 3, 'the window');
  cluster.delete('MaintenanceWindow', 'kernel');
  await until(async () => (await running.counts('a')) === '3,2', 'the end of it');
  const scope = { policies: ['others/b'] };
  cluster.kube.store.apply(windowManifest('foreign', { once: NOW, scope }) as never);
  const said = (): readonly string[] =>
    running.lines().flatMap(({ msg }) => (/window rejected/.test(msg) ? [msg] : []));
  await until(() => said().length > 0, 'the rejection');
  expect(said()).toEqual([expect.stringContaining('spec.scope.policies[0]: "others/b"')]);
  expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('rollcall_rejected_windows 1\n');
  const [about] = await running.policies();
  expect(about?.conditions.find(({ type }) => type === 'WindowRejected')).toMatchObject({
    status: 'True',
    message: expect.stringContaining('agents/foreign: spec.scope.policies[0]: "others/b"'),
  });
  cluster.delete('MaintenanceWindow', 'foreign');
  await until(
    async () => !JSON.stringify(await running.policies()).includes('WindowRejected'),
    'the end of the condition',
  );
});

test('a window of a file does so too', async () => {
  populate(cluster);
  const file = join(cluster.folder, 'all.json');
  const policy = {
    apiVersion: 'rollcall.dev/v1alpha1',
    kind: 'DaemonCoverage',
    metadata: { name: 'a', namespace: 'agents' },
  };
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const window = windowManifest('kernel', { once: { start: from, end: NOW.end }, scope: { cluster: true } });
  const items = [{ ...policy, spec: { daemonSet: { name: 'a' } } }, window];
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  collector = await startServe(['--kubeconfig', cluster.kubeconfig, '--policy', file]);
  const running = collector;
  await until(async () => (await excused(running)) === 3, 'the window');
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain('rollcall_maintenance_active{namespace="agents",daemonset="a",window="agents/kernel"} 1\n');
});
