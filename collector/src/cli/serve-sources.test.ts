import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { daemonDefinition, type Manifest } from '@rollcall/embedded-kube';
import type { PolicyCondition } from '@rollcall/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { coverage } from './coverage.ts';
import { serve } from './serve.ts';
import { populate, runCommand, startServe, type RunningServe } from './test-run.ts';

let cluster: TestKube;
let riptides: TestKube;
let collector: RunningServe | undefined;
let flags: readonly string[];

beforeEach(async () => {
  [cluster, riptides] = [await startTestKube(), await startTestKube()];
  populate(cluster);
  const policy = join(cluster.folder, 'policy.yaml');
  await writeFile(policy, JSON.stringify(POLICY));
  const source = `riptides=${riptides.kubeconfig},workload-id-prefix=riptides/daemon/1/`;
  flags = ['--kubeconfig', cluster.kubeconfig, '--policy', policy, '--daemon-source', source];
});
afterEach(async () => {
  await collector?.interrupt();
  collector = undefined;
  await Promise.all([cluster.stop(), riptides.stop()]);
});

const POLICY = {
  apiVersion: 'rollcall.dev/v1alpha1',
  kind: 'DaemonCoverage',
  metadata: { name: 'a', namespace: 'agents' },
  spec: { daemonSet: { name: 'a' }, health: { daemon: { source: 'riptides', maxProbeAge: '5s' } } },
};

/** A healthy Daemon for a node, known by the Node's UID, of that account. */
function addDaemon(node: string, account = 1): void {
  const uid = cluster.kube.store.get({ kind: 'Node', name: node })?.metadata.uid;
  const manifest = {
    apiVersion: 'core.riptides.io/v1alpha1',
    kind: 'Daemon',
    metadata: { name: `of-${node}`, namespace: 'riptides-system' },
    spec: { workloadID: `riptides/daemon/${account}/x`, claimerType: 'K8sSAT' },
    status: {
      health: { daemonHealth: 'ok', driverHealth: 'ok', lastProbeAt: new Date().toISOString() },
      metadata: [{ name: 'k8ssat:node:uid', value: uid }],
    },
  };
  riptides.kube.store.apply(manifest as unknown as Manifest);
}

async function sourceDown(running: RunningServe): Promise<PolicyCondition | undefined> {
  const [policy] = await running.policies();
  return policy?.conditions.find(({ type }) => type === 'SourceDown');
}

test('nodes are judged by the Daemons of a named source, within its scope', async () => {
  riptides.kube.store.apply(daemonDefinition());
  addDaemon('n1');
  addDaemon('n2', 2);
  collector = await startServe(flags);
  const running = collector;
  await until(async () => (await running.counts('a')) === '3,1', 'one node to be covered');
  expect(await sourceDown(running)).toEqual({ type: 'SourceDown', status: 'False', reason: 'Live', message: '' });
  addDaemon('n2');
  await until(async () => (await running.counts('a')) === '3,2', 'the other one too');
});

test('a source that goes down is told by the policy and by readiness, which it does not touch', async () => {
  riptides.kube.store.apply(daemonDefinition());
  collector = await startServe(flags);
  const running = collector;
  await until(async () => (await sourceDown(running))?.status === 'False', 'the source');
  await riptides.kube.faults.stopListening();
  await until(async () => (await sourceDown(running))?.status === 'True', 'the source to be down');
  expect(await sourceDown(running)).toMatchObject({ reason: 'Disconnected' });
  const { status, body } = await running.ask('/readyz');
  expect(status).toBe(200);
  expect(body).toMatch(/^daemons\/riptides: stale, heard \d s ago, for \d s: GET \/apis\/core\.riptides\.io/m);
  expect((await running.policies())[0]?.counts).toMatchObject({ covered: 0, unobserved: 2, uncovered: 1 });
});

test('kubeconfigs that cannot be read end the collector at once, all of them named with the mend', async () => {
  const more = ['--daemon-source', 'eu=/nowhere/a', '--daemon-source', `us=${riptides.kubeconfig},context=us`];
  const { code, err } = await runCommand(serve, [...flags, ...more]);
  expect(code).toBe(3);
  expect(err).toMatch(/^error: --daemon-source eu: \/nowhere\/a.*\nerror: --daemon-source us: .*contexts has no "us"/);
});

test('one look judges by the Daemons too, and says what it could not see', async () => {
  const absent = await runCommand(coverage, flags);
  expect(absent.out).toContain(
    'Not evaluated: the daemon layer of agents/a: the source of Daemons "riptides" is not seen',
  );
  riptides.kube.store.apply(daemonDefinition());
  addDaemon('n1');
  const { out } = await runCommand(coverage, flags);
  expect(out).not.toContain('Not evaluated: the daemon layer');
  expect(out).toMatch(/agents +a +3 +1 +2 +0/);
  const { code, err } = await runCommand(coverage, ['--daemon-source', 'nothing']);
  expect([code, err]).toEqual([2, expect.stringContaining('--daemon-source: "nothing" has no "="')]);
});
