import type { ServerResponse } from 'node:http';
import type { ClusterEvent, TelemetrySources } from '@rollcall/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildPolicy } from '../test-objects.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { answerVector, startTestBackend, type TestBackend } from './test-backend.ts';
import { watchBackends, type BackendWatch } from './watch-backends.ts';

type Script = (query: string, response: ServerResponse) => void;

let server: TestBackend;
let time: FakeTime;
let script: Script;
let events: ClusterEvent[];
let backends: BackendWatch;
const nodes = new Set(['a', 'b']);

beforeEach(async () => {
  server = await startTestBackend((query, response) => script(query.get('query') ?? '', response));
  time = createFakeTime(Date.UTC(2026, 0, 1));
  events = [];
  const log = { info: () => undefined, warn: () => undefined };
  const host = { clock: time, timers: time, log, emit: (event: ClusterEvent) => void events.push(event) };
  backends = watchBackends({ ...host, isNode: (name) => nodes.has(name) }, [
    { name: 'prom', type: 'prometheus', url: server.url },
  ]);
});
afterEach(async () => {
  await backends.stop();
  await server.stop();
});

type Queries = Partial<NonNullable<TelemetrySources['queries']>>;

function ask(queries: Queries): void {
  const policy = buildPolicy({ telemetry: { queries: { connection: 'prom', nodeLabel: 'node', ...queries } } });
  backends.retarget([policy]);
}

/** Lets time pass until the next round has been answered. */
async function round(ms: number): Promise<void> {
  const turns = (): number => server.asked.length;
  const before = turns();
  time.advance(ms);
  await until(() => turns() > before && time.pending().some((wait) => wait > 10_500 || wait < 9_000));
}

function told(): readonly unknown[] {
  return events.splice(0).map((event) => (event.kind === 'reports' ? event.reports : Object(event)['state']));
}

const lagOf = (own: readonly unknown[]): unknown =>
  (own.flat() as { node?: string; lagMs?: number }[]).map(({ node, lagMs }) => [node, lagMs]);

test('a policy that asks nothing is not polled, and one of an unknown connection neither', async () => {
  backends.retarget([buildPolicy({})]);
  ask({ connection: 'other', lag: 'x' });
  expect([time.pending(), backends.statesOf(buildPolicy({}).uid)]).toEqual([[], []]);
});

test('lags are told before the source is live; a node that is in no answer any more lags ever longer', async () => {
  let values: (readonly [string, number])[] = [
    ['a', 3],
    ['b', 2],
    ['gone', 1],
    ['a', 1.5],
  ];
  script = (_, response) => answerVector(response, values);
  ask({ lag: 'lag' });
  await round(500);
  const first = told();
  expect([lagOf(first.slice(0, 1)), first[1]]).toEqual([
    [
      ['a', 1_500],
      ['b', 2_000],
      ['gone', 1_000],
    ],
    'live',
  ]);
  values = [['a', 4]];
  await round(30_000);
  expect(lagOf(told())).toEqual([
    ['a', 4_000],
    ['b', 32_000],
  ]);
});

test('counts are asked at one instant, and a pair advances together', async () => {
  let turn = 0;
  script = (query, response) =>
    answerVector(response, [['a', (query === 'good' ? 9 : 10) * turn + (query === 'amount[1s]' ? 1 : 0)]]);
  ask({ good: 'good', total: 'total', errors: 'amount[$__interval]' });
  await round(500);
  turn = 1;
  await round(30_000);
  const [first, live, second] = told();
  expect(live).toBe('live');
  expect(first).toEqual([{ node: 'a', lagMs: undefined, errors: 0, dropped: undefined }]);
  expect(second).toMatchObject([{ node: 'a', good: 9, valid: 10 }]);
  const windows = server.asked.map(({ query }) => query.get('query'));
  expect(windows.filter((text) => text?.startsWith('amount'))).toEqual(['amount[30s]', 'amount[30s]']);
  const times = server.asked.slice(-3).map(({ query }) => Number(query.get('time')));
  // Amounts as of 30 s ago, since younger records may be on their way.
  expect(times).toEqual([Number(times[1]) - 30, times[1], times[1]]);
});

test('a round that fails halfway counts nothing, and the next makes up for it', async () => {
  let fails = false;
  let value = 5;
  script = (query, response) => {
    if (fails && query === 'dropped') response.writeHead(500).end('no');
    else answerVector(response, [['a', value]]);
  };
  ask({ errors: 'errors', dropped: 'dropped' });
  await round(500);
  [fails, value] = [true, 7];
  await round(30_000);
  expect(backends.statesOf(buildPolicy({}).uid)).toMatchObject([
    { live: true, trouble: { code: 'Unavailable', message: 'dropped: HTTP 500: no' } },
  ]);
  [fails, value] = [false, 8];
  await round(3_000);
  expect(told().at(-1)).toMatchObject([{ node: 'a', errors: 3, dropped: 3 }]);
});

test('what does not answer for two intervals is stale, is asked ever less, and live at its return', async () => {
  let down = false;
  script = (_, response) => (down ? void response.writeHead(503).end() : answerVector(response, [['a', 1]]));
  ask({ lag: 'lag' });
  await round(500);
  down = true;
  told();
  const waits: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    await round(time.pending()[0] ?? 0);
    waits.push(time.pending()[0] ?? 0);
  }
  expect(waits).toEqual([1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
  expect(told()).toEqual(['stale']);
  down = false;
  await round(45_000);
  expect(told().at(-1)).toBe('live');
});

test('a change of the queries begins anew, and who asks no more is not asked for', async () => {
  script = (_, response) => answerVector(response, [['a', 1]]);
  ask({ lag: 'lag' });
  await round(500);
  ask({ lag: 'lag' });
  ask({ lag: 'other' });
  expect(told().slice(1)).toEqual(['live', 'gone']);
  await round(500);
  backends.retarget([]);
  expect(told().slice(1)).toEqual(['live', 'gone']);
  expect(time.pending()).toEqual([]);
});
