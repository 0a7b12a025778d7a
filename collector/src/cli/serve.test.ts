import { once } from 'node:events';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { serve } from './serve.ts';
import { runCommand, startServe, type LogLine, type RunningServe } from './test-run.ts';

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

/** A cluster with a DaemonSet on three nodes, the last of which has no pod. */
function populate(): void {
  for (const node of ['n1', 'n2', 'n3']) cluster.node(node);
  cluster.daemonSet('a');
  for (const node of ['n1', 'n2']) cluster.pod('a', node);
}

function texts(lines: readonly LogLine[]): readonly string[] {
  return lines.map(({ msg }) => msg);
}

async function countsOf(running: RunningServe, daemonset: string): Promise<readonly number[]> {
  const found = (await running.policies()).find((policy) => policy.daemonset === daemonset);
  return found === undefined ? [] : [found.counts.expected, found.counts.covered];
}

async function serves(running: RunningServe, ...daemonSets: readonly string[]): Promise<void> {
  await until(
    async () => (await running.policies()).map(({ daemonset }) => daemonset).join() === daemonSets.join(),
    `policies for ${daemonSets.join()}`,
  );
}

describe('serve begins', () => {
  test('and answers coverage, metrics and readiness, and ends with nothing left open', async () => {
    populate();
    const running = await start('--discover', '--cluster', 'eu-1');
    await until(async () => (await countsOf(running, 'a')).join() === '3,2', 'the coverage');
    expect(await running.isReady()).toBe(true);
    const { body } = await running.ask('/metrics');
    expect(body).toContain(
      'rollcall_covered_nodes{cluster="eu-1",namespace="agents",daemonset="a",node_pool="none"} 2',
    );
    expect(body).toContain('rollcall_watch_state{watch="pods/agents/app=a",state="live"} 1');
    expect(cluster.kube.openWatches()).toBe(4);
    const { code, err } = await running.interrupt();
    expect([code, err]).toEqual([0, '']);
    await until(() => cluster.kube.openWatches() === 0, 'every watch to be closed');
    await expect(running.ask('/healthz')).rejects.toThrow('fetch failed');
  });

  test('and says all that is wrong with its flags', async () => {
    const { code, out, err } = await runCommand(serve, ['--listen', 'here', '--loud', '--log-level', 'x']);
    expect([code, out]).toEqual([2, '']);
    expect(err.split('\n').map((line) => line.split(' ', 2).join(' '))).toEqual([
      'error: --loud',
      'error: --listen:',
      'error: --log-level:',
      "See 'rollcall",
      '',
    ]);
  });

  test('and refuses a port that is taken, with nothing left running', async () => {
    populate();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const flags = ['--kubeconfig', cluster.kubeconfig, '--listen', address, '--discover', '--policy', cluster.folder];
    const { code, err } = await runCommand(serve, flags);
    other.close();
    expect(code).toBe(3);
    expect(err).toMatch(
      new RegExp(`^error: Cannot listen on ${address} \\(.*EADDRINUSE.*\\); choose another address or port\\.\n$`),
    );
    await until(() => cluster.kube.openWatches() === 0, 'every watch to be closed');
  });

  test('and refuses a kubeconfig that is not there', async () => {
    const { code, err } = await runCommand(serve, ['--kubeconfig', '/nowhere']);
    expect([code, err]).toEqual([3, expect.stringMatching(/^error: \/nowhere: the kubeconfig cannot be read/)]);
  });

  test('and warns of --insecure at each start', async () => {
    const running = await start('--insecure');
    expect(running.lines().filter(({ level }) => level === 40)).toMatchObject([
      { msg: expect.stringMatching(/^listening --insecure: .* nothing authenticates clients$/), url: running.url },
    ]);
  });

  test('and ends at once when it is interrupted while it starts', async () => {
    const { code } = await runCommand(
      serve,
      ['--kubeconfig', cluster.kubeconfig, '--listen', '127.0.0.1:0'],
      AbortSignal.abort(),
    );
    expect(code).toBe(0);
    await until(() => cluster.kube.openWatches() === 0, 'every watch to be closed');
  });
});

describe('readiness', () => {
  test('comes with the last list, and not before', async () => {
    populate();
    cluster.crd();
    cluster.policy('a');
    cluster.kube.faults.freeze();
    const running = await start();
    expect(await running.isReady()).toBe(false);
    const { body } = await running.ask('/readyz');
    expect(body.split('\n').slice(0, 2)).toEqual(['not ready', expect.stringMatching(/^nodes: syncing, for \d s$/)]);
    expect((await running.ask('/healthz')).status).toBe(200);
    cluster.kube.faults.thaw();
    await until(running.isReady, 'ready');
    expect(await countsOf(running, 'a')).toEqual([3, 2]);
    expect((await running.nodes('agents/a')).map(({ state }) => state)).toEqual(['covered', 'covered', 'uncovered']);
  });

  test('does not wait for a CRD that is not installed', async () => {
    const running = await start();
    await until(running.isReady, 'ready');
    expect((await running.ask('/readyz')).body).toBe(
      'ready\nnodes: live\ndaemonsets: live\ndaemoncoverages: syncing\n',
    );
  });

  test('waits for an API server that is down', async () => {
    await cluster.kube.faults.stopListening();
    const running = await start();
    await until(async () => (await running.ask('/readyz')).body.includes('ECONNREFUSED'), 'the reason');
    expect(await running.isReady()).toBe(false);
    await cluster.kube.faults.startListening();
    await until(running.isReady, 'ready');
  });
});

describe('policies', () => {
  test('of the API that are invalid past the schema are not ready until they are mended, and no other suffers', async () => {
    populate();
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
    await until(async () => (await countsOf(running, 'a')).join() === '3,2', 'the other');
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
    await until(() => cluster.ready('b')?.status === 'True', 'the mended policy to be ready');
    await serves(running, 'a', 'b');
  });

  test('of the API that become invalid stay in force and say so in every answer', async () => {
    populate();
    cluster.crd();
    cluster.policy('a');
    const running = await start();
    await until(() => cluster.ready('a')?.status === 'True', 'ready');
    cluster.policy('a', { spec: { health: { daemon: { source: 'riptides' } } } });
    await until(() => cluster.ready('a')?.status === 'False', 'rejected');
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

  test('of the API: the younger of two is in conflict, and that of a file yields', async () => {
    populate();
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

  test('of --discover come and go with the DaemonSets', async () => {
    populate();
    const running = await start('--discover');
    await serves(running, 'a');
    cluster.daemonSet('b', { namespace: 'others' });
    await serves(running, 'a', 'b');
    cluster.delete('DaemonSet', 'a');
    await serves(running, 'b');
    expect(running.lines().filter(({ reason }) => reason === 'DaemonSetMissing')).toEqual([]);
  });

  test('of the collector’s namespace may be about DaemonSets of another', async () => {
    populate();
    cluster.crd();
    cluster.policy('far', { namespace: 'rollcall-system', daemonset: { name: 'a', namespace: 'agents' } });
    const running = await start();
    await until(async () => (await countsOf(running, 'a')).join() === '3,2', 'the coverage');
    expect((await running.policies())[0]).toMatchObject({
      namespace: 'agents',
      policy: { name: 'far', namespace: 'rollcall-system' },
    });
  });

  test('of files are reloaded when the links of a mounted ConfigMap are swapped, and an invalid edit keeps them', async () => {
    populate();
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
    await until(async () => (await countsOf(running, 'a')).join() === '3,2', 'the coverage');
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

  test('of a path that is not there are rejected in the log and in the answers, and do not end the collector', async () => {
    const running = await start('--policy', '/nowhere');
    expect(await running.policies()).toMatchObject([
      {
        policy: { name: '', origin: 'File' },
        conditions: [{ message: expect.stringMatching(/^\/nowhere:0 cannot be read: ENOENT.*; check the path/) }],
      },
    ]);
    await until(running.isReady, 'ready');
  });
});

describe('the log', () => {
  test('has one line for each transition, with the DaemonSet and the node', async () => {
    populate();
    cluster.crd();
    cluster.policy('a', { spec: { nodes: { minimum: { none: 4 } } } });
    const running = await start();
    await until(async () => (await countsOf(running, 'a')).join() === '4,2', 'the coverage');
    const changes = (): readonly object[] =>
      running
        .lines()
        .flatMap(({ daemonset, node, from, to, reason }) => (from ? [{ daemonset, node, from, to, reason }] : []));
    const own = { daemonset: 'agents/a', from: 'unobserved', to: 'uncovered' };
    await until(() => changes().length === 2, 'the lines');
    expect(changes()).toEqual(
      expect.arrayContaining([
        { ...own, node: 'missing/none/1', from: 'absent', reason: 'NodeMissing' },
        { ...own, node: 'n3', reason: 'Unexplained' },
      ]),
    );
    cluster.pod('a', 'n3');
    cluster.pod('a', 'n1', { ready: false });
    await until(() => changes().length === 4, 'the lines of the changes');
    expect(changes().slice(2)).toMatchObject([
      { daemonset: 'agents/a', node: 'n3', from: 'uncovered', to: 'covered', reason: '' },
      { daemonset: 'agents/a', node: 'n1', from: 'covered', to: 'uncovered' },
    ]);
    expect(texts(running.lines()).slice(0, 2)).toEqual(['listening', 'policy in force']);
  });
});
