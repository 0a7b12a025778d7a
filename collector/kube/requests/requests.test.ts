import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../connection/connection.ts';
import {
  answerJson,
  answerStatus,
  connectTo,
  startServer,
  type Exchange,
  type ScriptedServer,
} from '../test-server.ts';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { applyStatus, readJson, readPages, write } from './requests.ts';

let time: FakeTime;
let server: ScriptedServer;
let connection: Connection;
let script: (exchange: Exchange) => void;

beforeEach(async () => {
  time = createFakeTime();
  server = await startServer((exchange) => script(exchange));
  connection = await connectTo(server, time);
});

afterEach(async () => {
  connection.close();
  await server.stop();
});

function busy(exchange: Exchange, seconds: string | undefined): void {
  if (seconds !== undefined) exchange.response.setHeader('Retry-After', seconds);
  answerStatus(exchange, 429, 'too many requests');
}

async function readSent({ request }: Exchange): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('reading one document', () => {
  it('answers what the server sends', async () => {
    script = (exchange) => answerJson(exchange, 200, { a: 1 });
    expect(await readJson(connection, '/version')).toEqual({ a: 1 });
    expect(server.exchanges[0]?.request.headers.accept).toBe('application/json');
  });

  it('rejects with the words of the Status', async () => {
    script = (exchange) => answerStatus(exchange, 404, 'nodes "a" not found');
    await expect(readJson(connection, '/api/v1/nodes/a?b=c')).rejects.toMatchObject({
      code: 'NotFound',
      status: 404,
      reason: 'Test',
      message: 'GET /api/v1/nodes/a: nodes "a" not found',
    });
  });

  it.each([
    ['no JSON', (exchange: Exchange) => exchange.response.end('<html>'), 'Malformed', 'the answer is not JSON'],
    [
      'a page of a proxy',
      (exchange: Exchange) => exchange.response.writeHead(502).end('<html>'),
      'Unavailable',
      'answered 502',
    ],
    [
      'half an answer',
      (exchange: Exchange) => {
        exchange.response.writeHead(200, { 'Content-Length': '100' });
        exchange.response.write('{', () => exchange.response.destroy());
      },
      'Network',
      'aborted',
    ],
  ])('rejects on %s', async (_, answer, code, message) => {
    script = answer;
    await expect(readJson(connection, '/x')).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^GET /x: .*${message}`)),
    });
  });

  it('rejects on a document above 16 MiB without reading it to its end', async () => {
    let sent = 0;
    script = ({ response }) => {
      const more = (): void => {
        while (!response.destroyed && sent < 64 && response.write(Buffer.alloc(1 << 20, 'x'))) sent++;
      };
      response.on('drain', more);
      more();
    };
    await expect(readJson(connection, '/x')).rejects.toMatchObject({
      code: 'Malformed',
      message: expect.stringContaining('larger than'),
    });
    expect(sent).toBeLessThan(64);
  });

  it('rejects after the limit, in an answer too', async () => {
    script = ({ response }) => void response.writeHead(200).write('{');
    const asked = readJson(connection, '/x', { timeoutMs: 1000 }).catch((error: unknown) => error);
    await until(() => server.exchanges.length === 1);
    time.advance(1000);
    expect(await asked).toMatchObject({ code: 'Timeout', message: 'GET /x: no answer within 1 s' });
    expect(time.pending()).toEqual([]);
  });

  it('rejects when told to stop', async () => {
    script = () => undefined;
    const stop = new AbortController();
    const asked = readJson(connection, '/x', { signal: stop.signal }).catch((error: unknown) => error);
    await until(() => server.exchanges.length === 1);
    stop.abort();
    expect(await asked).toMatchObject({ code: 'Network' });
  });
});

describe('a busy server', () => {
  it.each([
    ['2', 2000],
    ['3600', 10_000],
    [undefined, 1000],
    ['soon', 1000],
  ])('that says Retry-After %j is asked again after a bounded wait', async (seconds, waitMs) => {
    script = (exchange) => (exchange.index === 0 ? busy(exchange, seconds) : answerJson(exchange, 200, 'done'));
    const asked = readJson(connection, '/x');
    await until(() => time.pending().includes(waitMs), `a wait of ${waitMs}`);
    time.advance(waitMs - 1);
    expect(server.exchanges).toHaveLength(1);
    time.advance(1);
    expect(await asked).toBe('done');
    expect(time.pending()).toEqual([]);
  });

  it('is given up after three attempts', async () => {
    script = (exchange) => busy(exchange, '1');
    const asked = readJson(connection, '/x').catch((error: unknown) => error);
    for (const count of [1, 2]) {
      await until(() => server.exchanges.length === count && time.pending().includes(1000));
      time.advance(1000);
    }
    expect(await asked).toMatchObject({ code: 'TooManyRequests', retryAfterMs: 1000 });
    expect(server.exchanges).toHaveLength(3);
  });
});

describe('a change', () => {
  it('is sent as JSON', async () => {
    let sent: Promise<string> | undefined;
    script = (exchange) => {
      sent = readSent(exchange);
      answerJson(exchange, 201, { made: true });
    };
    expect(await write(connection, { method: 'POST', path: '/x', body: { a: 'é' } })).toEqual({ made: true });
    expect(await sent).toBe('{"a":"é"}');
    expect(server.exchanges[0]?.request).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
  });

  it('without a body or an answer is possible', async () => {
    script = ({ response }) => void response.writeHead(200).end();
    expect(await write(connection, { method: 'DELETE', path: '/x' })).toBeUndefined();
    expect(server.exchanges[0]?.request.headers['content-type']).toBeUndefined();
  });

  it('of a status is a server-side apply that wins over others', async () => {
    let sent: Promise<string> | undefined;
    script = (exchange) => {
      sent = readSent(exchange);
      answerJson(exchange, 200, {});
    };
    const path = '/apis/rollcall.dev/v1alpha1/namespaces/a/daemoncoverages/b';
    await applyStatus(connection, { path, object: { metadata: { name: 'b' }, status: { covered: 7 } }, manager: 'me' });
    expect(await sent).toBe('{"metadata":{"name":"b"},"status":{"covered":7}}');
    expect(server.exchanges[0]?.request).toMatchObject({
      method: 'PATCH',
      url: `${path}/status?fieldManager=me&force=true`,
      headers: { 'content-type': 'application/apply-patch+yaml' },
    });
  });

  it.each([
    [409, 'Conflict'],
    [422, 'Invalid'],
    [403, 'Forbidden'],
  ])('that is refused with %i is %s and not repeated', async (status, code) => {
    script = (exchange) => answerStatus(exchange, status, 'no');
    await expect(write(connection, { method: 'PUT', path: '/x', body: {} })).rejects.toMatchObject({ code });
    expect(server.exchanges).toHaveLength(1);
  });
});

describe('reading all pages', () => {
  it('hands over every item in order, waits for a busy server, and answers the version', async () => {
    script = (exchange) => {
      if (exchange.index === 1) return busy(exchange, '1');
      const last = exchange.url.searchParams.get('continue') === 'more';
      answerJson(exchange, 200, {
        items: last ? [3] : [1, 2],
        metadata: { resourceVersion: '9', continue: last ? '' : 'more' },
      });
    };
    const items: unknown[] = [];
    const asked = readPages(connection, { path: '/x', labelSelector: 'a=b' }, (item) => items.push(item));
    await until(() => time.pending().includes(1000));
    expect(items).toEqual([1, 2]);
    time.advance(1000);
    expect(await asked).toBe('9');
    expect(items).toEqual([1, 2, 3]);
    expect(server.exchanges.map(({ url }) => url.search)).toEqual([
      '?labelSelector=a%3Db&limit=500',
      '?labelSelector=a%3Db&limit=500&continue=more',
      '?labelSelector=a%3Db&limit=500&continue=more',
    ]);
  });

  it('passes on what the taker throws, as it is', async () => {
    script = (exchange) => answerJson(exchange, 200, { items: [1], metadata: { resourceVersion: '9' } });
    const fault = new RangeError('taker');
    const take = (): never => {
      throw fault;
    };
    await expect(readPages(connection, { path: '/x' }, take)).rejects.toBe(fault);
  });

  it('rejects with the refusal', async () => {
    script = (exchange) => answerStatus(exchange, 403, 'forbidden');
    await expect(readPages(connection, { path: '/x' }, () => undefined)).rejects.toMatchObject({ code: 'Forbidden' });
  });
});
