import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryAnswer, TopAnswer } from '@rollcall/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { until } from '../test-time.ts';
import { explain } from './explain.ts';
import { history } from './history.ts';
import { populate, runCommand, startServe, type RunningServe } from './test-run.ts';
import { top } from './top.ts';

let cluster: TestKube;
let folder: string;
let file: string;
let running: RunningServe;

const start = (): Promise<RunningServe> =>
  startServe(['--kubeconfig', cluster.kubeconfig, '--discover', '--journal', file]);

beforeAll(async () => {
  cluster = await startTestKube();
  populate(cluster);
  folder = await mkdtemp(join(tmpdir(), 'rollcall-past-'));
  file = join(folder, 'journal.db');
  running = await start();
  await until(async () => (await running.counts('a')) === '3,2', 'the policy to be evaluated');
  cluster.pod('a', 'n1', { ready: false });
  await until(async () => (await running.nodes('agents/a', 'state=uncovered')).length > 1, 'n1 to be uncovered');
  cluster.pod('a', 'n1');
  await until(async () => (await running.nodes('agents/a', 'state=uncovered')).length === 1, 'n1 to be covered');
});
afterAll(async () => {
  await running?.interrupt();
  await cluster?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a running collector with a journal', () => {
  test('tells the history of a node, newest first, with what it has been for how long', async () => {
    const { code, out } = await runCommand(history, ['n1', '--server', running.url]);
    expect(code).toBe(0);
    const rows = out.split('\n').map((line) => line.split(/ {3,}/));
    expect(rows[0]).toEqual(['WHEN', 'FOR', 'DAEMONSET', 'WHAT', 'SEEN']);
    expect(rows[1]?.slice(1, 4)).toEqual(['until now', 'agents/a', 'covered']);
    expect(rows[2]?.[3]).toMatch(/^uncovered: /);
  });

  test('says that nothing is known of a node that nobody saw', async () => {
    const { code, out } = await runCommand(history, ['n99', '--server', running.url]);
    expect([code, out]).toEqual([1, 'Nothing is known of a node n99; there are n1, n2, n3\n']);
    const near = await runCommand(history, ['n11', '--server', running.url]);
    expect(near.out).toBe('Nothing is known of a node n11; did you mean n1?\n');
  });

  test('ranks nodes and reasons by what they lost', async () => {
    const ask = (...argv: readonly string[]) => runCommand(top, ['--server', running.url, '-o', 'json', ...argv]);
    const lost = JSON.parse((await ask()).out) as TopAnswer;
    expect(lost.durable).toBe(true);
    expect(lost.nodes.map(({ node }) => node)).toContain('n1');
    const sum = (items: readonly { readonly lostMs: number }[]): number =>
      items.reduce((total, { lostMs }) => total + lostMs, 0);
    expect(sum(lost.reasons)).toBe(sum(lost.nodes));
    const one = JSON.parse((await ask('agents/a', '--limit', '1')).out) as TopAnswer;
    expect([one.nodes.length, one.notListed]).toEqual([1, lost.nodes.length - 1]);
    expect(JSON.parse((await ask('-n', 'nowhere')).out)).toMatchObject({ nodes: [], reasons: [] });
    const { out } = await runCommand(top, ['--server', running.url]);
    expect(out).toMatch(/^REASON .*LOST\n/);
    expect(out).toMatch(/\nNODE .*BY REASON\n/);
  });

  test('has its hours fetched by another one that names it as its peer', async () => {
    const own = join(folder, 'second.db');
    const flags = ['--kubeconfig', cluster.kubeconfig, '--discover', '--journal', own, '--journal-peer', running.url];
    const replicas = async ({ ask }: RunningServe): Promise<readonly string[]> => {
      const { items } = JSON.parse((await ask('/api/v1/journal')).body) as { items: readonly { replica: string }[] };
      return [...new Set(items.map(({ replica }) => replica))];
    };
    await until(async () => (await replicas(running)).length === 1, 'the first one to book an hour');
    const second = await startServe(flags);
    try {
      const [first = ''] = await replicas(running);
      await until(async () => (await replicas(second)).length === 2, 'the hours of both to be there');
      expect(await replicas(second)).toContain(first);
    } finally {
      await second.interrupt();
    }
  });

  test('holds its file for itself', async () => {
    const { code, err } = await runCommand(top, ['--journal', file]);
    expect(code).toBe(3);
    expect(err).toContain('a collector holds it: ask that one, with --server');
  });

  test('says that its history outlives it, and remembers in the next life what was before', async () => {
    const isDurable = async (): Promise<boolean> =>
      (JSON.parse((await running.ask('/api/v1/coverage/agents/a')).body) as { history: { durable: boolean } }).history
        .durable;
    expect(await isDurable()).toBe(true);
    expect((await running.interrupt()).code).toBe(0);
    const fromFile = await runCommand(history, ['node/n1', '--journal', file, '-o', 'json']);
    const before = (JSON.parse(fromFile.out) as HistoryAnswer).items;
    expect(before.length).toBeGreaterThan(2);
    running = await start();
    await until(async () => (await running.counts('a')) === '3,2', 'the policy to be evaluated');
    const { out } = await runCommand(explain, ['n1', 'a', '--server', running.url]);
    expect(out).toContain('uncovered');
    const after = JSON.parse(
      (await runCommand(history, ['n1', '--server', running.url, '-o', 'json'])).out,
    ) as HistoryAnswer;
    expect(after.items.length).toBeGreaterThan(before.length);
  });
});

test.each([
  [top, ['--window', '99d'], '--window: "99d" is no window'],
  [top, ['--limit', '0'], '--limit: "0" is no number of nodes'],
  [top, ['a', 'b'], '"b" is one name too many'],
  [top, ['--journal', 'x', '--server', 'http://127.0.0.1:1'], '--journal and --server exclude each other'],
  [top, ['-o', 'xml'], '--output: "xml" is unknown'],
  [history, [], 'no node is named'],
  [history, ['n', '--limit=x'], '--limit: "x" is no number of moments'],
  [history, ['n', '--journal='], '--journal: "" is no path'],
])('%o refuses %j', async (command, argv, fault) => {
  const { code, err } = await runCommand(command, argv);
  expect(code).toBe(2);
  expect(err).toContain(fault);
});

test('a file that is none, or no journal, is said', async () => {
  const { code, err } = await runCommand(history, ['n', '--journal', join(folder, 'nothing')]);
  expect(code).toBe(3);
  expect(err).toContain('name the file that rollcall serve --journal wrote');
});

test('a collector of an older version, which knows no lags, is asked all the same', async () => {
  const older = createServer((_request, response) =>
    response.end(JSON.stringify({ nodes: [], reasons: [], notListed: 0, from: '', to: '', durable: true })),
  );
  await new Promise<void>((resolve) => older.listen(0, '127.0.0.1', resolve));
  const { port } = older.address() as AddressInfo;
  const { code, out } = await runCommand(top, ['--server', `http://127.0.0.1:${port}`]);
  expect([code, out]).toEqual([0, 'No node was uncovered in the last 24h.\n']);
  older.close();
});
