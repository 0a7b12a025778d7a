import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createFakeTime, until } from '../test-time.ts';
import { openBackend, type Backend, type BackendConfig } from './backend.ts';
import type { BackendError } from './backend-error.ts';
import { startTestBackend, type TestBackend } from './test-backend.ts';

let server: TestBackend | undefined;
let backend: Backend | undefined;
afterEach(async () => {
  backend?.close();
  await server?.stop();
  server = backend = undefined;
});

const time = createFakeTime();
const { signal } = new AbortController();

async function open(script: (response: ServerResponse) => void, config: Partial<BackendConfig> = {}): Promise<Backend> {
  server = await startTestBackend((_, response) => script(response));
  return (backend = openBackend({ name: 'b', type: 'prometheus', url: `${server.url}/base`, ...config }, time));
}

async function failure(asking: Promise<unknown>): Promise<BackendError> {
  return asking.then(
    () => Promise.reject(new Error('it was answered')),
    (error: BackendError) => error,
  );
}

test('a question goes below the URL, with tenant and a token that is read anew each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-'));
  try {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'one\n');
    const own = await open((response) => response.end('{"a":1}'), { tokenFile, tenant: 't' });
    expect(await own.ask('/api/v1/query', { query: 'a{b="c d"}' }, signal)).toEqual({ a: 1 });
    await writeFile(tokenFile, 'two');
    await own.ask('/api/v1/query', { query: 'x' }, signal);
    const [first, second] = server?.asked ?? [];
    expect([first?.path, first?.query.get('query')]).toEqual(['/base/api/v1/query', 'a{b="c d"}']);
    expect(first?.request.headers).toMatchObject({ authorization: 'Bearer one', 'x-scope-orgid': 't' });
    expect(second?.request.headers).toMatchObject({ authorization: 'Bearer two' });
    await writeFile(tokenFile, 'two\nlines');
    expect(await failure(own.ask('/', {}, signal))).toMatchObject({ code: 'Credentials' });
    await rm(tokenFile);
    expect((await failure(own.ask('/', {}, signal))).message).toContain(`token-file ${tokenFile} cannot be read`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each<[string, (response: ServerResponse) => void, object]>([
  ['401', (response) => void response.writeHead(401).end(), { code: 'Unauthorized' }],
  ['403', (response) => void response.writeHead(403).end(), { code: 'Forbidden' }],
  [
    '404',
    (response) => void response.writeHead(404).end('404 page'),
    { code: 'NotFound', message: 'HTTP 404: 404 page' },
  ],
  [
    '400 of Prometheus',
    (response) => void response.writeHead(400).end('{"status":"error","error":"parse error"}'),
    { code: 'BadQuery', message: 'HTTP 400: parse error' },
  ],
  [
    '429',
    (response) => void response.writeHead(429, { 'Retry-After': '7' }).end(),
    { code: 'TooManyRequests', retryAfterMs: 7_000 },
  ],
  [
    '429 until tomorrow',
    (response) => void response.writeHead(429, { 'Retry-After': '86400' }).end(),
    { retryAfterMs: 300_000 },
  ],
  ['503', (response) => void response.writeHead(503).end('x'.repeat(1_000)), { code: 'Unavailable' }],
  ['a redirect', (response) => void response.writeHead(302, { Location: '/login' }).end(), { code: 'Malformed' }],
  ['no JSON', (response) => void response.end('<html>'), { code: 'Malformed' }],
  [
    'an answer cut off',
    (response) =>
      void response.writeHead(200, { 'Content-Length': '9' }).write('{', () => setImmediate(() => response.destroy())),
    { code: 'Unreachable' },
  ],
  ['no answer', (response) => void response.destroy(), { code: 'Unreachable' }],
])('%s is a failure of its own', async (_, script, expected) => {
  const own = await open(script);
  const error = await failure(own.ask('/', {}, signal));
  expect(error).toMatchObject(expected);
  expect(error.message.length).toBeLessThan(400);
});

test('an answer without end is cut at its bound', async () => {
  const own = await open((response) => {
    const part = Buffer.alloc(1 << 20, 'x');
    const more = (): void => {
      if (response.destroyed) return;
      response.write(part);
      setImmediate(more);
    };
    more();
  });
  expect(await failure(own.ask('/', {}, signal))).toMatchObject({ code: 'TooLarge' });
});

test('a backend that is silent is given up after its time, and the next question is asked all the same', async () => {
  let silent = true;
  const own = await open((response) => {
    if (!silent) response.end('{}');
  });
  const first = failure(own.ask('/', {}, signal));
  const second = own.ask('/', {}, signal);
  await until(() => server?.asked.length === 1);
  silent = false;
  time.advance(10_000);
  expect(await first).toMatchObject({ code: 'Timeout', message: 'no answer within 10 s' });
  expect(await second).toEqual({});
  expect(time.pending()).toEqual([]);
});

test('a backend that is not there cannot be reached', async () => {
  const own = openBackend({ name: 'b', type: 'loki', url: 'http://127.0.0.1:1' }, time);
  expect(await failure(own.ask('/', {}, signal))).toMatchObject({ code: 'Unreachable' });
});
