import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import {
  emit,
  isLive,
  mark,
  page,
  passPause,
  query,
  refuse,
  stream,
  thing,
  watch,
  setStage,
  type Stage,
  type Answer,
} from '../test-reflector.ts';
import type { Exchange } from '../test-server.ts';
import { until } from '../test-time.ts';

let stage: Stage | undefined;

async function set(...answers: Answer[]): Promise<Stage> {
  stage = await setStage(...answers);
  return stage;
}

afterEach(async () => {
  await stage?.stop();
  stage = undefined;
});

/** Nothing waits but for the silence of a watch: as long as one was allowed when the timer was set. */
function isOpen({ time }: Stage): boolean {
  return ['20000', '150000'].includes(time.pending().join());
}

describe('a watch that ends', () => {
  const ends: [string, (exchange: Exchange) => void][] = [
    ['in good order', ({ response }) => void response.end()],
    [
      'in the middle of an object',
      ({ response }) => {
        response.write('{"type":"MODIFIED","object":{"metadata":{"uid":"a","resou', () => response.destroy());
      },
    ],
    [
      'in the middle of a character',
      ({ response }) => {
        response.write(Buffer.from('{"type":"ADDED","object":"é').subarray(0, -1), () => response.destroy());
      },
    ],
    ['by an internal error', (exchange) => emit(exchange, 'ERROR', { code: 500, message: 'etcd' })],
  ];
  it.each(ends)('%s is resumed behind the last event, and stays live', async (_, end) => {
    const it = await set(stream(9, thing('a', 5)), watch);
    const reflector = it.start();
    await isLive(it);
    const first = await it.requests(1);
    emit(first, 'MODIFIED', thing('a', 12));
    await until(() => it.calls.includes('+a@12'));
    end(first);
    await passPause(it);
    const second = await it.requests(2);
    expect(query(second)).toMatchObject({ resourceVersion: '12', watch: 'true' });
    expect(query(second)).not.toHaveProperty('sendInitialEvents');
    emit(second, 'MODIFIED', thing('a', 13));
    await until(() => it.calls.includes('+a@13'));
    it.time.advance(60_000);
    expect(it.calls).toEqual(['+a@5', 'live', '+a@12', '+a@13']);
    expect(reflector.status()).toMatchObject({ reconnects: 1, lists: 1 });
  });

  it('is resumed behind the last bookmark when no event came', async () => {
    const it = await set(stream(9), watch);
    it.start();
    const first = await it.requests(1);
    await isLive(it);
    emit(first, 'BOOKMARK', mark(77));
    first.response.end();
    await passPause(it);
    expect(query(await it.requests(2))).toHaveProperty('resourceVersion', '77');
  });

  const expiries: [string, Answer][] = [
    ['a status', refuse(410, 'too old')],
    [
      'an ERROR event',
      (exchange) => {
        watch(exchange);
        emit(exchange, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      },
    ],
    ['400', refuse(400, 'invalid resource version')],
    [
      'a version from the future',
      (exchange) => {
        watch(exchange);
        emit(exchange, 'ERROR', {
          code: 504,
          message: 'x',
          details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
        });
      },
    ],
    [
      'garbage',
      (exchange) => {
        watch(exchange);
        exchange.response.write('<html>\n');
      },
    ],
    [
      'an unknown event',
      (exchange) => {
        watch(exchange);
        emit(exchange, 'RENAMED', {});
      },
    ],
    [
      'a page of a proxy',
      (exchange) => void exchange.response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>'),
    ],
  ];
  it.each(expiries)('and cannot be resumed (%s) is listed again by difference', async (_, refusal) => {
    const again: Answer = (exchange) => {
      watch(exchange);
      emit(exchange, 'ADDED', thing('same', 1));
      emit(exchange, 'ADDED', thing('changed', 20));
      emit(exchange, 'ADDED', thing('new', 21));
    };
    const it = await set(stream(9, thing('same', 1), thing('changed', 2), thing('gone', 3)), refusal, again);
    const reflector = it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    await passPause(it, 1000);
    await until(() => it.held.has('new'));
    expect(it.held.has('gone')).toBe(true);
    emit(await it.requests(3), 'BOOKMARK', mark(30, true));
    await until(() => !it.held.has('gone'));
    expect(it.calls.slice(4)).toEqual(['+changed@20', '+new@21', '-gone']);
    expect(it.states.map(({ name }) => name)).toEqual(['live']);
    expect(reflector.status()).toMatchObject({ lists: 2, objects: 3 });
  });

  it('is asked for again no sooner than Retry-After says', async () => {
    const it = await set(refuse(429, 'busy', { 'Retry-After': '7' }), stream(9));
    it.start();
    await until(() => it.states.length > 0);
    expect(it.time.pending()).toEqual([7000 + 187.5]);
    it.time.advance(7000);
    expect(it.server.exchanges).toHaveLength(1);
    it.time.advance(200);
    await isLive(it);
  });

  it('is not asked for ever faster when it ends at once each time', async () => {
    const it = await set(
      stream(9),
      ...Array.from(
        { length: 5 },
        () => (exchange: Exchange) => exchange.response.writeHead(200, { 'Content-Type': 'application/json' }).end(),
      ),
    );
    it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    const waits: number[] = [];
    for (let count = 2; count <= 5; count++) {
      await until(() => (it.time.pending()[0] ?? Infinity) < 5000, 'the pause');
      waits.push(it.time.pending()[0] ?? 0);
      it.time.advance(waits.at(-1) ?? 0);
      await it.requests(count);
    }
    expect(waits).toEqual([187.5, 375, 750, 1500]);
  });

  it('after half a minute each time, as behind a load balancer, is resumed as fast as the first time', async () => {
    const it = await set(stream(9), watch, watch, watch);
    it.start();
    await isLive(it);
    for (const count of [1, 2, 3]) {
      const running = await it.requests(count);
      await until(() => isOpen(it), 'an open watch and nothing else');
      it.time.advance(40_000);
      running.response.destroy();
      await until(() => (it.time.pending()[0] ?? Infinity) < 5000, 'the pause');
      expect(it.time.pending()[0]).toBe(187.5);
      it.time.advance(187.5);
    }
    await it.requests(4);
  });

  it('and is opened again and again by a proxy that passes nothing on is not believed for ever: all is listed anew', async () => {
    const it = await set(stream(9, thing('a', 1)), watch, watch, stream(12, thing('b', 11)));
    it.start();
    await isLive(it);
    for (const count of [1, 2, 3]) {
      const running = await it.requests(count);
      await until(() => isOpen(it), 'an open watch and nothing else');
      it.time.advance(count === 3 ? 41_000 : 40_000);
      running.response.destroy();
      await passPause(it);
    }
    expect(it.server.exchanges.map((own) => query(own)['resourceVersion'] ?? 'list')).toEqual([
      'list',
      '9',
      '9',
      'list',
    ]);
    await until(() => it.held.has('b'));
    expect([...it.held.keys()]).toEqual(['b']);
  });

  it('and comes back compressed, which nobody asked for, is no live watch: the proxy is named and all is listed anew', async () => {
    const compressed: Answer = ({ response }) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
      response.write(gzipSync('{"type":"ADDED"').subarray(0, 12));
    };
    const it = await set(stream(9), compressed, stream(12));
    const reflector = it.start();
    await isLive(it);
    (await it.requests(1)).response.destroy();
    await passPause(it);
    await until(() => reflector.status().errors.Malformed === 1);
    expect(it.logged.at(-1)).toContain('the answer is compressed (gzip), which nobody asked for: let the proxy');
    await passPause(it);
    expect(query(await it.requests(3))).not.toHaveProperty('resourceVersion');
  });

  it('and expires right after each list is not listed again at full speed', async () => {
    const lists = Array.from({ length: 3 }, () => [page(9, []), refuse(410)]).flat();
    const it = await set(...lists);
    it.connection.traits.streamingList = false;
    const reflector = it.start();
    for (const [index, wait] of [187.5, 375, 750].entries()) {
      await until(() => reflector.status().errors.Gone === index + 1 && it.time.pending().length === 2, 'the pause');
      expect(it.time.pending()[0]).toBe(wait);
      it.time.advance(wait);
    }
  });

  it('for what it says is closed, not left behind', async () => {
    const it = await set(stream(9), (exchange) => {
      exchange.response.writeHead(200, { 'Content-Type': 'text/html' }).flushHeaders();
    });
    it.start();
    await isLive(it);
    (await it.requests(1)).response.end();
    await passPause(it);
    const refused = await it.requests(2);
    await until(() => refused.request.socket.destroyed, 'the socket closed');
    expect(refused.request.socket.destroyed).toBe(true);
  });
});
