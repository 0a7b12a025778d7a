import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { LIMITS, type Limits } from './limits.ts';
import type { Admission, Intake, ReportFault } from './reports.ts';
import { startServer, type RunningServer } from './server.ts';
import { ask, open, type Reply } from './test-client.ts';
import { serverOptions } from './test-ports.ts';

const ADMITTED: Admission = { outcome: 'admitted', take: (_, items) => items.map(() => ({ outcome: 'accepted' })) };
const BODY = '{"items":[{}]}';

let server: RunningServer | undefined;
afterEach(() => server?.close(0));

interface Scene {
  readonly intake?: Partial<Intake>;
  readonly reports?: Partial<Limits['reports']>;
}

async function start({ intake = {}, reports = {} }: Scene = {}) {
  const refused: ReportFault[] = [];
  const all: Intake = {
    admit: () => Promise.resolve(ADMITTED),
    isBehind: () => false,
    refused: (fault) => refused.push(fault),
    now: () => ({ wallMs: 5_000, monoMs: 5_000 }),
    ...intake,
  };
  const limits = { reports: { ...LIMITS.reports, ...reports } };
  const running = (server = await startServer(serverOptions({ intake: all, limits })));
  const post = (body = BODY, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
    ask(`${running.url}/api/v1/heartbeats`, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer abc', 'transfer-encoding': 'chunked', ...headers },
    });
  return { url: running.url, refused, post };
}

function problemOf({ status, headers, body }: Reply): readonly unknown[] {
  const { detail } = JSON.parse(body.toString()) as { readonly detail: string };
  return [status, headers['retry-after'] === undefined ? 'no' : 'later', detail];
}

test('what is taken is answered with when it came, and each item with what became of it', async () => {
  const { post, refused } = await start();
  const reply = await post();
  expect([reply.status, JSON.parse(reply.body.toString())]).toEqual([
    200,
    { receivedAt: 5_000, repliedAt: 5_000, items: [{ outcome: 'accepted' }] },
  ]);
  expect(refused).toEqual([]);
});

test.each<[string, Scene, readonly unknown[], ReportFault]>([
  [
    'while what came before still waits',
    { intake: { isBehind: () => true } },
    [429, 'later', expect.stringMatching(/still waits to be counted; try again later/)],
    'overloaded',
  ],
  [
    'beyond the rate',
    { reports: { perSecond: 0, burst: 0 } },
    [429, 'later', expect.stringMatching(/^More reports come than can be taken; try again/)],
    'overloaded',
  ],
  [
    'beyond what all bodies together may hold',
    { reports: { allBytes: 4 } },
    [429, 'later', expect.stringMatching(/^Too much is being read at once; send it again/)],
    'overloaded',
  ],
  [
    'while nobody can say whose token it is',
    { intake: { admit: () => Promise.resolve({ outcome: 'unavailable' }) } },
    [503, 'later', expect.stringMatching(/cannot say now whose token this is; try again/)],
    'unavailable',
  ],
  [
    'of a pod that may not',
    { intake: { admit: () => Promise.resolve({ outcome: 'forbidden', detail: 'Not you; go.' }) } },
    [403, 'no', 'Not you; go.'],
    'forbidden',
  ],
  [
    'that is larger than one body may be',
    { reports: { bodyBytes: 8 } },
    [413, 'no', 'The body is larger than 8 bytes; send fewer items at once.'],
    'malformed',
  ],
])('a report %s is refused, and counted', async (_, scene, problem, fault) => {
  const { post, refused } = await start(scene);
  expect(problemOf(await post())).toEqual(problem);
  expect(refused).toEqual([fault]);
});

test('no more are taken at once than the limit, and room is made when one is done', async () => {
  const held = Promise.withResolvers<Admission>();
  let asked = 0;
  const admit = (): Promise<Admission> => {
    asked += 1;
    return held.promise;
  };
  const { post, refused } = await start({ intake: { admit }, reports: { atOnce: 1 } });
  const first = post();
  await until(() => asked === 1, 'the first being asked for');
  expect(problemOf(await post())).toEqual([429, 'later', '1 reports are being taken already; try again later.']);
  held.resolve(ADMITTED);
  expect((await first).status).toBe(200);
  expect((await post()).status).toBe(200);
  expect(refused).toEqual(['overloaded']);
});

test('a body that is far too large is answered, not only cut', async () => {
  const { post } = await start();
  expect(problemOf(await post('x'.repeat(10_000_000)))[0]).toBe(413);
});

test('what unfolds to too much is refused before it has', async () => {
  const { url } = await start();
  const headers = { authorization: 'Bearer abc', 'content-encoding': 'gzip' };
  const body = gzipSync(Buffer.alloc(50_000_000, ' ')) as unknown as string;
  const reply = await ask(`${url}/api/v1/heartbeats`, { method: 'POST', headers, body });
  expect(reply.status).toBe(413);
});

test('only POST is allowed', async () => {
  const { url } = await start();
  const response = await open(`${url}/api/v1/heartbeats`);
  expect([response.statusCode, response.headers.allow]).toEqual([405, 'POST']);
  response.resume();
});
