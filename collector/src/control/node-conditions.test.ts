import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { markOf, type DaemonReady, type NodeObject } from '@rollcall/contract';
import { KubeError, type Connection } from '@rollcall/kube';
import { buildNode } from '../test-objects.ts';
import { createFakeTime, type FakeTime } from '../test-time.ts';
import { startNodeConditions, type NodeConditionWriter } from './node-conditions.ts';

const READY: DaemonReady = { status: 'True', reason: 'Covered', message: '' };
const GONE: DaemonReady = { status: 'False', reason: 'CrashLoop', message: 'not there: agents/agent (CrashLoop)' };

let time: FakeTime;
let nodes: Map<string, { object: NodeObject }>;
let wanted: Map<string, DaemonReady>;
let sent: { path: string; user: string | undefined; condition: Record<string, string> }[];
let failing: boolean;
let leads: boolean;
let writer: NodeConditionWriter;

beforeEach(() => {
  time = createFakeTime();
  [nodes, wanted, sent, failing, leads] = [new Map(), new Map(), [], false, true];
  writer = startNodeConditions({
    connection: { clock: time, timers: time, request: answer } as unknown as Connection,
    clock: time,
    timers: time,
    log: { info: () => undefined, warn: () => undefined },
    namespace: 'rollcall-system',
    nodes,
    wanted: (node) => wanted.get(node),
    mayWrite: () => leads,
  });
});
afterEach(() => writer.stop());

const answer: Connection['request'] = async ({ path, headers, body }) => {
  if (failing) throw new KubeError('Network', 'down');
  const { status } = JSON.parse(body ?? '') as { status: { conditions: Record<string, string>[] } };
  sent.push({ path, user: headers?.['Impersonate-User'], condition: status.conditions[0] ?? {} });
  return { status: 200, headers: {}, body: Readable.from([Buffer.from('{}')]) };
};

function add(name: string, said: DaemonReady | undefined, say: DaemonReady): void {
  nodes.set(name, { object: buildNode(name, said && { daemonReady: markOf(said) }) });
  wanted.set(name, say);
}

/** The watch shows what was written. */
function echo(): void {
  for (const { path, condition } of sent) {
    const name = path.split('/')[4] ?? '';
    const mark = markOf({ status: condition['status'] ?? '', reason: condition['reason'] ?? '' });
    nodes.set(name, { object: { ...(nodes.get(name)?.object ?? buildNode(name)), daemonReady: mark } });
  }
}

async function pass(seconds: number): Promise<void> {
  for (let i = 0; i < seconds; i += 1) {
    time.advance(1_000);
    // The body of an answer is read in a few turns of the event loop.
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a node is told once, as the account, and nothing is written at rest', async () => {
  add('n1', undefined, GONE);
  await pass(2);
  echo();
  await pass(100);
  expect(sent).toEqual([
    {
      path: '/api/v1/nodes/n1/status',
      user: 'system:serviceaccount:rollcall-system:rollcall-node-conditions',
      condition: expect.objectContaining({ type: 'rollcall.dev/DaemonReady', ...GONE }),
    },
  ]);
  expect(writer.writes()).toEqual({ written: 1, failed: 0 });
});

test('another reason for the same status leaves lastTransitionTime to what it was', async () => {
  add('n1', { ...GONE, reason: 'Starting' }, GONE);
  await pass(2);
  expect(sent.map(({ condition }) => 'lastTransitionTime' in condition)).toEqual([false]);
});

test('ten a second at most, whatever changes at once', async () => {
  for (let i = 0; i < 35; i += 1) add(`n${i}`, undefined, READY);
  await pass(1);
  expect(sent).toHaveLength(10);
  await pass(3);
  expect(sent).toHaveLength(35);
});

test('what others took away comes back, and who does not lead writes nothing', async () => {
  leads = false;
  add('n1', undefined, READY);
  writer.note('n1');
  await pass(5);
  expect(sent).toHaveLength(0);
  leads = true;
  await pass(2);
  expect(sent).toHaveLength(1);
  await pass(60);
  expect(sent.length, 'the watch never showed it').toBeGreaterThan(1);
});

test('a node that nobody expects a daemon on gets no condition, but one that has it is let through', async () => {
  const free: DaemonReady = { status: 'True', reason: 'NotExpected', message: 'x' };
  add('n1', undefined, free);
  add('n2', GONE, free);
  await pass(3);
  expect(sent.map(({ path }) => path)).toEqual(['/api/v1/nodes/n2/status']);
});

test('after a failure it waits 10 s, then writes what is wanted then', async () => {
  failing = true;
  add('n1', undefined, READY);
  await pass(2);
  expect(writer.writes()).toEqual({ written: 0, failed: 1 });
  failing = false;
  wanted.set('n1', GONE);
  await pass(8);
  expect(sent).toHaveLength(0);
  await pass(4);
  expect(sent.map(({ condition }) => condition['status'])).toEqual(['False']);
});
