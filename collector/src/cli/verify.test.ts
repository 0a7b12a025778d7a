import type { NodeAnswer } from '@rollcall/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { readCollector } from './roll-reader.ts';
import { createCollectorClient } from './collector-client.ts';
import { callRoll } from './call-roll.ts';
import { answer, nodeOf, startTestCollector, summaryOf, type TestCollector } from './test-collector.ts';
import { runCommand, startServe, type Outcome, type RunningServe } from './test-run.ts';
import { isBad, verifyRoll, type Verified } from './verify-roll.ts';
import { verify } from './verify.ts';

let cluster: TestKube;

function run(...argv: readonly string[]): Promise<Outcome> {
  return runCommand(verify, ['--kubeconfig', cluster.kubeconfig, ...argv]);
}

function count(desired: number, ready: number): void {
  const found = cluster.kube.store.get({ kind: 'DaemonSet', namespace: 'agents', name: 'a' });
  if (found === undefined) throw new Error('no DaemonSet a: make it first');
  const status = { desiredNumberScheduled: desired, numberReady: ready, numberAvailable: ready, observedGeneration: 1 };
  cluster.kube.store.apply({ ...found, status });
}

beforeAll(async () => {
  cluster = await startTestKube();
  for (const node of ['n1', 'n2', 'n3']) cluster.node(node);
  cluster.daemonSet('a');
  for (const node of ['n1', 'n2', 'n3']) cluster.pod('a', node);
  cluster.node('n3', {}, 'Unknown');
  count(3, 3);
});
afterAll(() => cluster.stop());

describe('without a server', () => {
  test("the DaemonSet's own count is set beside a fresh one, and each difference is explained", async () => {
    expect(await run()).toEqual({
      code: 0,
      out: `\
agents/a
               EXPECTED   COVERED   UNCOVERED   UNOBSERVED   EXCUSED   ELIGIBLE
  fresh look   3          2         1           0            0         3
                     DESIRED   READY   AVAILABLE   MISSCHEDULED
  DaemonSet status   3         3       3           0
  by its own rules   3         3       3           0
  explained  ready by the controller, but uncovered (NodeUnreachable): n3
             it asks for the Ready condition of the oldest pod and for nothing else

Every difference is explained (1).
No live server was asked (--server compares with one).
`,
      err: '',
    });
  });

  test('a count that stays wrong is blamed after three looks', async () => {
    count(5, 3);
    const { code, out } = await run('-o', 'json', 'agents/a');
    count(3, 3);
    expect(code).toBe(1);
    const { items } = JSON.parse(out) as { items: readonly Verified[] };
    expect(items[0]?.differences[0]).toEqual({
      what: "the controller's status says desired 5 where 3 are counted",
      why: '',
      nodes: [],
    });
  });

  test('a DaemonSet without a policy is named, flags are checked, and what cannot be read is said', async () => {
    expect(await run('agents/b')).toMatchObject({ code: 1, err: expect.stringContaining('agents/b') as string });
    expect((await run('agents/b')).out).toMatch(/^Nothing was compared\.\n/);
    expect((await run('b')).code).toBe(2);
    expect((await run('-o', 'table')).code).toBe(2);
    expect((await run('--server', 'x')).code).toBe(2);
    expect((await runCommand(verify, ['--kubeconfig', '/nowhere'])).code).toBe(3);
    expect((await run('--server', 'http://127.0.0.1:1')).code).toBe(3);
  });
});

describe('beside a running collector', () => {
  let collector: RunningServe;
  beforeAll(async () => {
    collector = await startServe(['--kubeconfig', cluster.kubeconfig, '--discover']);
    await until(() => collector.isReady(), 'the collector to be ready');
  });
  afterAll(() => collector.interrupt());

  test('both say the same, node for node', async () => {
    const { code, out } = await run('--server', collector.url);
    expect(code).toBe(0);
    expect(out).toMatch(/fresh look {4}3 .*\n {2}live server {3}3 /);
    expect(out).not.toContain('live server:');
  });

  test('a node that lost its label is a difference of memory', async () => {
    cluster.daemonSet('b', { nodeSelector: { gpu: 'yes' } });
    cluster.node('g1', { gpu: 'yes' });
    await until(async () => (await collector.counts('b')) === '1,0', 'the node to be expected');
    cluster.node('g1', { gpu: 'no' });
    await until(async () => (await collector.nodes('agents/b'))[0]?.eligible === false, 'the node to have drifted');
    const { code, out } = await run('agents/b', '--server', collector.url);
    cluster.delete('Node', 'g1');
    cluster.delete('DaemonSet', 'b');
    expect(out).toContain('explained  fresh look: out of scope; live server: uncovered LabelDrift: g1');
    expect(code).toBe(0);
  });
});

describe('beside a server that does not tell the truth', () => {
  let server: TestCollector;
  let nodes: () => readonly NodeAnswer[];
  beforeAll(async () => {
    server = await startTestCollector((request, response) =>
      answer(response, { items: request.url === '/api/v1/coverage' ? [summaryOf('a', 3)] : nodes() }),
    );
  });
  afterAll(() => server.stop());

  /** As the command does, but that it waits for nothing. */
  function verifyNow(): Promise<readonly Verified[]> {
    const { env, signal } = { env: {}, signal: new AbortController().signal };
    const io = { env, signal, out: () => undefined, err: () => undefined, readStdin: async () => '' };
    return verifyRoll({
      look: () => callRoll({ kubeconfig: cluster.kubeconfig }, io),
      live: readCollector(createCollectorClient(server.url, {})),
      isMeant: ({ daemonset }) => daemonset === 'a',
      pause: async () => undefined,
    });
  }

  test('a node that it takes for covered is blamed by name', async () => {
    nodes = () => ['n1', 'n2', 'n3'].map((name) => nodeOf(name));
    const [own] = await verifyNow();
    expect(own?.differences[0]).toEqual({
      what: 'fresh look: uncovered NodeUnreachable; live server: covered',
      why: '',
      nodes: ['n3'],
    });
  });

  test('what comes and goes while it is read is not blamed', async () => {
    let asked = 0;
    nodes = () => {
      asked += 1;
      const dead = nodeOf('n3', { state: 'uncovered', reason: 'NodeUnreachable' });
      // Another node is late at each look.
      const late = `n${(asked % 2) + 1}`;
      const names = ['n1', 'n2'].filter((name) => name !== late);
      return [...names.map((name) => nodeOf(name)), nodeOf(late, { state: 'uncovered', reason: 'CrashLoop' }), dead];
    };
    const verified = await verifyNow();
    expect(verified.some(isBad)).toBe(false);
    expect(asked).toBe(2);
    expect(verified[0]?.differences[0]?.why).toContain('changed while it was read');
  });
});
