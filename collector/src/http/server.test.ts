import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ScrapeSource } from './scrape.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';
import { ask, drain, open } from './test-client.ts';
import { serverOptions } from './test-ports.ts';

const CHUNK = 'x'.repeat(64 * 1024);
const CHUNKS = 400;

/** Far more than the sockets' buffers hold: such a scrape runs until its client reads on. */
function largeScrape(taken: { count: number } = { count: 0 }): ScrapeSource {
  return {
    *exposition() {
      for (taken.count = 0; taken.count < CHUNKS; taken.count++) yield CHUNK;
    },
    collectorFamilies: async () => [],
  };
}

describe('the server', () => {
  const running: RunningServer[] = [];
  const faults: unknown[] = [];
  async function start(overrides: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startServer(serverOptions(overrides, faults));
    running.push(server);
    return server;
  }
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.close(0)));
    faults.length = 0;
  });

  it('listens on 127.0.0.1 unless it is told otherwise', async () => {
    expect((await start()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.each([
    ['evil.example', 421],
    ['evil.example:8090', 421],
    ['localhost', 200],
    ['127.0.0.1:1', 200],
    ['[::1]:8090', 200],
  ])(
    'on loopback answers a request for the host %s with %i, since a page can bind its name to this address',
    async (host, status) => {
      const { url } = await start();
      const [response] = (await once(request(`${url}/healthz`, { headers: { host } }).end(), 'response')) as [
        IncomingMessage,
      ];
      response.resume();
      expect(response.statusCode).toBe(status);
    },
  );

  it('says which address it cannot listen on, and why', async () => {
    const { port } = new URL((await start()).url);
    await expect(start({ listen: { port: Number(port) } })).rejects.toThrow(
      new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port} \\(.*EADDRINUSE.*\\); choose another address or port\\.$`),
    );
  });

  it('lets a running scrape end, then closes, and takes no new connection meanwhile', async () => {
    const server = await start({ scrape: largeScrape() });
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${server.url}/metrics`, { agent }).end();
    const response: IncomingMessage = (await once(asked, 'response'))[0];
    const closed = server.close(60_000);
    await expect(ask(`${server.url}/healthz`)).rejects.toThrow('ECONNREFUSED');
    expect((await drain(response)).body).toHaveLength(CHUNK.length * CHUNKS);
    await closed;
    agent.destroy();
    expect(faults).toEqual([]);
  });

  it('cuts a scrape that outlasts the grace, so that its client sees an error and no short answer', async () => {
    const server = await start({ scrape: largeScrape() });
    const response = await open(`${server.url}/metrics`);
    await server.close(20);
    await expect(drain(response)).rejects.toThrow('aborted');
    expect(faults).toEqual([]);
  });

  it('closes idle connections at once, and twice is once', async () => {
    const server = await start();
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${server.url}/healthz`, { agent }).end();
    const reply = await drain((await once(asked, 'response'))[0]);
    expect(reply.headers.connection).toBe('keep-alive');
    await Promise.all([server.close(60_000), server.close(60_000)]);
    agent.destroy();
  });

  it('lets the event loop turn between two chunks, however fast the client reads', async () => {
    let turns = 0;
    let timer = setImmediate(function turn() {
      turns++;
      timer = setImmediate(turn);
    });
    const seen: number[] = [];
    const exposition: ScrapeSource['exposition'] = function* () {
      for (let i = 0; i < 10; i++) {
        seen.push(turns);
        yield 'x';
      }
    };
    const server = await start({ scrape: { ...largeScrape(), exposition } });
    const reply = await ask(`${server.url}/metrics`);
    clearImmediate(timer);
    expect(reply.body.toString()).toBe('x'.repeat(10));
    expect(new Set(seen).size).toBe(10);
  });

  it('renders no further than the client reads, and stops when it goes away', async () => {
    const taken = { count: 0 };
    const ended = Promise.withResolvers<void>();
    const source = largeScrape(taken);
    const exposition: ScrapeSource['exposition'] = function* (...args) {
      try {
        yield* source.exposition(...args);
      } finally {
        ended.resolve();
      }
    };
    const server = await start({ scrape: { ...source, exposition } });
    const response = await open(`${server.url}/metrics`);
    response.destroy();
    await ended.promise;
    expect(taken.count).toBeLessThan(CHUNKS);
    expect(faults).toEqual([]);
  });

  it.each(['collectorFamilies', 'exposition'] as const)('answers 500 and logs when %s fails', async (part) => {
    const fail = (): never => {
      throw new Error('planted');
    };
    const server = await start({ scrape: { ...largeScrape(), [part]: fail } });
    const reply = await ask(`${server.url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
    expect([reply.status, reply.headers['content-encoding']]).toEqual([500, undefined]);
    expect(faults).toMatchObject([{ err: { message: 'planted' }, path: '/metrics' }]);
  });

  it.each([
    ['at its first chunk', []],
    ['in the middle', [CHUNK]],
  ])('cuts and logs a scrape that fails %s, and goes on', async (_, chunks) => {
    const exposition: ScrapeSource['exposition'] = function* () {
      yield* chunks;
      throw new Error('planted');
    };
    const server = await start({ scrape: { ...largeScrape(), exposition } });
    await expect(ask(`${server.url}/metrics`)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(faults).toMatchObject([{ err: { message: 'planted' } }]);
    expect((await ask(`${server.url}/healthz`)).status).toBe(200);
  });

  it.each([
    ['whose headers do not end', { headersMs: 50 }, 'GET / HTTP/1.1\r\nHost: localhost\r\n', '408'],
    ['that is no HTTP', {}, 'nonsense\r\n\r\n', '400'],
    ['whose headers are too large', {}, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, '431'],
    ['on which nothing comes', { idleMs: 50 }, '', ''],
    ['that keeps open too long', { keepAliveMs: 1 }, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n', '200'],
    [
      'with a body that does not come',
      {},
      'POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n',
      '413',
    ],
    ['beyond the limit', { connections: 0 }, '', ''],
  ])('closes a connection %s', async (_, limits, sent, status) => {
    const server = await start({ limits });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(sent);
    let got = '';
    for await (const chunk of socket) got += chunk;
    expect(got.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)).toBe(status);
  });
});
