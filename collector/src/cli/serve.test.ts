import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { serve } from './serve.ts';
import { populate, runCommand, startServe, type LogLine, type RunningServe } from './test-run.ts';

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

describe('serve begins', () => {
  test('and answers coverage, metrics and readiness, and ends with nothing left open', async () => {
    populate(cluster);
    const running = await start('--discover', '--cluster', 'eu-1');
    await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
    expect(await running.isReady()).toBe(true);
    const { body } = await running.ask('/metrics');
    expect(body).toContain(
      'rollcall_covered_nodes{cluster="eu-1",namespace="agents",daemonset="a",node_pool="none"} 2',
    );
    expect(body).toContain('rollcall_watch_state{watch="pods/agents/app=a",state="live"} 1');
    await until(() => cluster.kube.openWatches() === 10, 'the watches of Leases and evidence, which nothing waits for');
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
    populate(cluster);
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
    // A watch that goes on would be there by then, and stay.
    const end = performance.now() + 300;
    await until(() => performance.now() > end, 'some time to pass');
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

  test('and says who is answered, which is this machine until --authenticate', async () => {
    const running = await start();
    expect(running.lines().filter(({ msg }) => msg === 'listening')).toMatchObject([
      { clients: 'everybody on this machine; nobody else until --authenticate is set' },
    ]);
  });

  test('with less memory than it needs, and sheds history, says so and how to split the work, and answers all the same', async () => {
    populate(cluster);
    cluster.crd();
    const running = await start('--discover', '--memory-limit=64Mi');
    await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
    expect(running.lines().filter(({ level }) => level === 40)).toMatchObject([
      { msg: 'memory is short: history is shed, answers go on', memory: expect.stringMatching(/^\d+ MiB of 64 MiB$/) },
      { msg: expect.stringMatching(/^memory is short after history was shed: raise the limit, or .* --policy/) },
    ]);
    expect((await running.ask('/readyz')).body).toMatch(/^ready\n(.*\n)*note: memory is short: \d+ MiB of 64 MiB/);
    expect((await running.ask('/metrics')).body).toContain('\nrollcall_memory_limit_bytes 67108864\n');
  });

  test('with --authenticate, and answers probes alone while the API server reviews no tokens, as this one does not', async () => {
    cluster.crd();
    const running = await start('--authenticate', '--insecure');
    await until(running.isReady, 'ready');
    for (const path of ['/', '/metrics', '/api/v1/coverage']) expect((await running.ask(path)).status).toBe(401);
    const response = await fetch(`${running.url}/metrics`, { headers: { authorization: 'Bearer abc' } });
    expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ status: 503 })]);
    expect(running.lines().flatMap(({ level, msg }) => (level === 40 ? [msg] : []))).toEqual([
      'listening --insecure: tokens cross the network in clear, whoever sees one can use it',
      'clients cannot be authenticated, and are answered 503 until they can',
    ]);
    expect(JSON.stringify(running.lines())).not.toContain('abc');
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

test('the stream tells of a node that moves, and of what that makes of its policy', async () => {
  populate(cluster);
  const running = await start('--discover');
  await until(async () => (await running.counts('a')) === '3,2', 'the coverage');
  const { body } = await fetch(`${running.url}/api/v1/stream`);
  let text = '';
  void body
    ?.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (chunk) => void (text += chunk) }));
  await until(() => text.includes('event: policy\n'), 'the first message');
  cluster.pod('a', 'n3');
  await until(() => text.includes('"covered":3'), 'the change');
  expect(text.match(/event: \w+/g)).toEqual(['event: policy', 'event: transition', 'event: policy']);
  expect(text).toContain('"daemonset":"a","transition":{');
  expect((await running.interrupt()).code).toBe(0);
});

describe('readiness', () => {
  test('comes with the last list, and not before', async () => {
    populate(cluster);
    cluster.crd();
    cluster.policy('a');
    cluster.kube.faults.freeze();
    const running = await start();
    expect(await running.isReady()).toBe(false);
    const { body } = await running.ask('/readyz');
    expect(body.split('\n').slice(0, 2)).toEqual([
      'not ready',
      expect.stringMatching(/^nodes: syncing, never heard, for \d s$/),
    ]);
    expect((await running.ask('/healthz')).status).toBe(200);
    cluster.kube.faults.thaw();
    await until(running.isReady, 'ready');
    expect(await running.counts('a')).toBe('3,2');
    expect((await running.nodes('agents/a')).map(({ state }) => state)).toEqual(['covered', 'covered', 'uncovered']);
  });

  test('does not wait for a CRD that is not installed', async () => {
    const running = await start();
    await until(running.isReady, 'ready');
    await until(async () => (await running.ask('/readyz')).body.includes('leases: live'), 'the Leases');
    expect((await running.ask('/readyz')).body.replaceAll(/never heard|heard \d s ago/g, 'HEARD')).toBe(
      'ready\nnodes: live, HEARD\ndaemonsets: live, HEARD\ndaemoncoverages: syncing, HEARD\nmaintenancewindows: syncing, HEARD\nleases: live, HEARD\n',
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

describe('the log', () => {
  test('has one line for each transition, with the DaemonSet and the node', async () => {
    populate(cluster);
    cluster.crd();
    cluster.policy('a', { spec: { nodes: { minimum: { none: 4 } } } });
    const running = await start();
    await until(async () => (await running.counts('a')) === '4,2', 'the coverage');
    const changes = (): readonly object[] =>
      running
        .lines()
        .flatMap(({ daemonset, node, from, to, reason }) => (from ? [{ daemonset, node, from, to, reason }] : []));
    const own = { daemonset: 'agents/a', from: 'unobserved', to: 'uncovered' };
    await until(() => changes().length === 2, 'the lines');
    expect(changes()).toEqual(
      expect.arrayContaining([
        { ...own, node: 'missing/none/1', from: 'absent', reason: 'NodeMissing' },
        { ...own, node: 'n3', reason: 'CreateStalled' },
      ]),
    );
    cluster.pod('a', 'n3');
    cluster.pod('a', 'n1', { ready: false });
    await until(() => changes().length === 4, 'the lines of the changes');
    expect(changes().slice(2)).toMatchObject([
      { daemonset: 'agents/a', node: 'n3', from: 'uncovered', to: 'covered', reason: '' },
      { daemonset: 'agents/a', node: 'n1', from: 'covered', to: 'uncovered' },
    ]);
    const [first, ...others] = texts(running.lines());
    expect(first).toMatch(/^history is kept in memory only/);
    expect(others.slice(0, 2)).toEqual(['listening', 'policy in force']);
  });
});

test('two replicas with --leader-elect: one leads and shows gauges, the other takes over when it ends', async () => {
  populate(cluster);
  cluster.kube.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'rollcall-system' } });
  const flags = ['--kubeconfig', cluster.kubeconfig, '--discover', '--leader-elect'];
  const first = await startServe(flags);
  const scrape = async ({ ask }: RunningServe): Promise<string> => (await ask('/metrics')).body;
  const leads = async (replica: RunningServe): Promise<boolean> => /^rollcall_leader 1$/m.test(await scrape(replica));
  await until(() => leads(first), 'the first to lead');
  const second = await start('--discover', '--leader-elect');
  await until(async () => (await second.counts('a')) === '3,2', 'the second to know the cluster');
  const [of1, of2] = await Promise.all([scrape(first), scrape(second)]);
  const counters = /^rollcall_valid_node_seconds_total{.*daemonset="a".*} (.*)$/m;
  expect([/^rollcall_expected_nodes{/m.test(of1), /^rollcall_expected_nodes{/m.test(of2)]).toEqual([true, false]);
  expect([Number(counters.exec(of1)?.[1]) > 0, counters.exec(of2)?.[1]]).toEqual([true, '0']);
  expect(await leads(second)).toBe(false);
  await first.interrupt();
  await until(() => leads(second), 'the second to lead');
  expect(await scrape(second)).toMatch(/^rollcall_expected_nodes{/m);
});

test('a replica that starts after all ended books the time since as unobserved, so that increase() sees it', async () => {
  populate(cluster);
  cluster.kube.store.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'rollcall-system' } });
  const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
  cluster.kube.store.apply({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'rollcall', namespace: 'rollcall-system' },
    spec: { holderIdentity: '', leaseDurationSeconds: 1, renewTime, acquireTime: renewTime, leaseTransitions: 3 },
  });
  const running = await start('--discover', '--leader-elect');
  await until(() => texts(running.lines()).includes('this replica leads'), 'it to lead');
  const unobserved = async (): Promise<number> => {
    const found = /^rollcall_unobserved_node_seconds_total{.*daemonset="a".*} (.*)$/m;
    return Number(found.exec((await running.ask('/metrics')).body)?.[1]);
  };
  const [first, second] = [await unobserved(), await unobserved()];
  expect([first < 60, Math.round(second / 3_600)]).toEqual([true, 3]);
});
