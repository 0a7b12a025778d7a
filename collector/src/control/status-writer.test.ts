import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Connection } from '@rollcall/kube';
import { startTestKube, type TestKube } from '../test-kube.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { startStatusWriter, type AppliedPolicy, type StatusWriter } from './status-writer.ts';
import { summary } from './test-summary.ts';

let cluster: TestKube;
let time: FakeTime;
let writer: StatusWriter;
let sent: string[];
let warnings: object[];
let leads: boolean;
/** Names of the policies, and how many nodes each covers. */
let covered: Map<string, number>;
/** Reads the policies as the watch shows them; a case may hold it back. */
let watched: () => readonly AppliedPolicy[];
let inFlight: number;

beforeEach(async () => {
  cluster = await startTestKube();
  cluster.crd();
  time = createFakeTime();
  [sent, warnings, leads, covered, inFlight] = [[], [], true, new Map(), 0];
  watched = fromServer;
  writer = start(await cluster.connect(time));
});
afterEach(async () => {
  await writer.stop();
  await cluster.stop();
});

function fromServer(): readonly AppliedPolicy[] {
  return cluster.kube.store.list('DaemonCoverage').map(({ metadata, ...object }) => ({
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    generation: metadata.generation ?? 0,
    status: object['status'],
  }));
}

function start(connection: Connection): StatusWriter {
  const request: Connection['request'] = async (asked) => {
    sent.push(asked.path);
    inFlight += 1;
    return connection.request(asked).finally(() => (inFlight -= 1));
  };
  return startStatusWriter({
    connection: { ...connection, request },
    clock: time,
    timers: time,
    log: { info: () => undefined, warn: (fields) => void warnings.push(fields) },
    policies: () => watched(),
    summaries: () =>
      fromServer().map(({ uid, name, namespace }) => {
        const { counts } = summary();
        const policy = { uid, name, namespace, origin: 'API' } as const;
        return summary({ policy, counts: { ...counts, covered: covered.get(name) ?? counts.covered } });
      }),
    mayWrite: () => leads,
  });
}

/** A second at a time, each with all its writes. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await until(() => time.pending().includes(1_000), 'the writer to wait');
    time.advance(1_000);
    await until(() => inFlight === 0, 'the writes to be answered');
  }
  await until(() => time.pending().includes(1_000), 'the writer to wait');
}

function statusOf(name: string): Readonly<Record<string, unknown>> | undefined {
  const ref = { kind: 'DaemonCoverage', name, namespace: 'agents' };
  return cluster.kube.store.get(ref)?.['status'] as Readonly<Record<string, unknown>> | undefined;
}

test('a new policy gets its status at the next look, and at rest nothing more is written', async () => {
  cluster.policy('a');
  await pass(1);
  expect(statusOf('a')).toMatchObject({ observedGeneration: 1, coverage: '100.00%' });
  await pass(120);
  expect([sent.length, writer.writes()]).toEqual([1, { written: 1, failed: 0 }]);
});

test('a status that another life of ours has written is not written again', async () => {
  cluster.policy('a');
  await pass(1);
  await writer.stop();
  writer = start(await cluster.connect(time));
  await pass(60);
  expect(sent).toHaveLength(1);
});

test('of many changes at most one in 10 s is written, and the last one always', async () => {
  cluster.policy('a');
  await pass(1);
  for (let second = 0; second < 35; second += 1) {
    covered.set('a', 5 + (second % 5));
    await pass(1);
  }
  expect(sent).toHaveLength(1 + 3);
  covered.set('a', 3);
  await pass(10);
  expect([sent.length, statusOf('a')?.['coverage']]).toEqual([1 + 4, '30.00%']);
});

test('what no longer holds leaves the status, what others wrote stays', async () => {
  cluster.policy('a');
  const ref = { kind: 'DaemonCoverage', name: 'a', namespace: 'agents' };
  await pass(1);
  cluster.kube.store.patchStatus(ref, { budgetRemaining: '7%' }, { manager: 'reviewer' });
  covered.set('a', 9);
  await pass(10);
  expect(statusOf('a')).toMatchObject({ coverage: '90.00%', budgetRemaining: '7%' });
});

test('a status that somebody overwrites is put right', async () => {
  cluster.policy('a');
  await pass(1);
  cluster.kube.store.patchStatus({ kind: 'DaemonCoverage', name: 'a', namespace: 'agents' }, { coverage: '1.00%' });
  await pass(10);
  expect(statusOf('a')?.['coverage']).toBe('100.00%');
});

test('while the watch does not show our own write it is not made again', async () => {
  cluster.policy('a');
  const before = fromServer();
  watched = () => before;
  await pass(60);
  expect(sent).toHaveLength(1);
});

test('many policies share ten writes a second, and all come to their turn', async () => {
  for (let index = 0; index < 25; index += 1) cluster.policy(`p${index}`);
  await pass(1);
  expect(sent).toHaveLength(10);
  await pass(2);
  expect([sent.length, new Set(sent).size]).toEqual([25, 25]);
});

test('who does not lead writes nothing, and what has changed meanwhile when it does', async () => {
  cluster.policy('a');
  leads = false;
  await pass(30);
  expect(sent).toEqual([]);
  leads = true;
  await pass(1);
  expect(sent).toHaveLength(1);
});

test('a write that fails is made again after 10 s, then 20 s, and told', async () => {
  cluster.policy('a');
  cluster.kube.faults.failNext({ status: 503, times: 2 });
  await pass(1);
  await pass(9);
  expect([sent.length, warnings]).toEqual([1, [expect.objectContaining({ policy: 'a', againMs: 10_000 })]]);
  await pass(20);
  expect(sent).toHaveLength(2);
  await pass(11);
  expect([sent.length, writer.writes(), statusOf('a')?.['coverage']]).toEqual([
    3,
    { written: 1, failed: 2 },
    '100.00%',
  ]);
});

test('a policy or a kind that is gone meanwhile is nothing to tell of', async () => {
  cluster.policy('a');
  const before = fromServer();
  watched = () => before;
  cluster.delete('DaemonCoverage', 'a');
  const [gone] = before;
  const { policy } = summary();
  await writer.stop();
  writer = startStatusWriter({
    connection: await cluster.connect(time),
    clock: time,
    timers: time,
    log: { info: () => undefined, warn: (fields) => void warnings.push(fields) },
    policies: watched,
    summaries: () => [summary({ policy: { ...policy, uid: gone?.uid ?? '' } })],
    mayWrite: () => true,
  });
  await pass(30);
  expect([warnings, writer.writes()]).toEqual([[], { written: 0, failed: 0 }]);
});
