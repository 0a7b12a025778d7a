import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import type { Admission } from './reports.ts';
import type { ScrapeSource } from './scrape.ts';
import { startServer, type RunningServer, type ServerOptions } from './server.ts';
import { ONE } from './test-certificates.ts';
import { serverOptions } from './test-ports.ts';

let server: RunningServer | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  scrapes = 0;
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
  server = undefined;
});

async function start(overrides: Partial<ServerOptions>): Promise<number> {
  server = await startServer(serverOptions(overrides));
  return Number(new URL(server.url).port);
}

interface Client {
  readonly socket: Socket;
  received(): string;
  isEnded(): boolean;
}

function follow(socket: Socket): Client {
  let received = '';
  let ended = false;
  sockets.push(socket);
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
  socket.on('error', () => undefined).on('close', () => (ended = true));
  return { socket, received: () => received, isEnded: () => ended };
}

async function open(port: number): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return follow(socket);
}

function ask(client: Client, path: string): void {
  client.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

let scrapes = 0;
/** Scrapes that never end. */
const endless: ScrapeSource = {
  exposition: () => [][Symbol.iterator](),
  collectorFamilies: () => {
    scrapes += 1;
    return new Promise(() => undefined);
  },
};

test('past the limit a new connection gets in, and the one that is idle longest goes', async () => {
  const port = await start({ limits: { connections: 3 } });
  const first = await open(port);
  const second = await open(port);
  const third = await open(port);
  ask(first, '/healthz');
  await until(() => first.received().includes('ok'), 'the first answer');
  const fourth = await open(port);
  ask(fourth, '/healthz');
  await until(() => fourth.received().includes('ok'), 'the answer of the newcomer');
  await until(second.isEnded, 'the idle one to end');
  expect([first.isEnded(), third.isEnded(), fourth.isEnded()]).toEqual([false, false, false]);
});

test('agents that have proven who they are have a bound of their own, and strangers are not in their way', async () => {
  const admitted: Admission = { outcome: 'admitted', take: (_, items) => items.map(() => ({ outcome: 'accepted' })) };
  const intake = {
    admit: () => Promise.resolve(admitted),
    isBehind: () => false,
    refused: () => undefined,
    now: () => ({ wallMs: 0, monoMs: 0 }),
  };
  const port = await start({ limits: { connections: 2, agentConnections: 3 }, intake });
  const answered = async (text: string): Promise<Client> => {
    const client = await open(port);
    client.socket.write(text);
    await until(() => client.received().includes('\r\n\r\n'), 'the answer');
    return client;
  };
  const head = 'POST /api/v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer good\r\n';
  const report = (): Promise<Client> => answered(`${head}Content-Length: 14\r\n\r\n{"items":[{}]}`);
  const probe = (): Promise<Client> => answered('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const agents = [await report(), await report(), await report()];
  const strangers = [await probe(), await probe(), await probe()];
  await until(() => strangers[0]?.isEnded(), 'the first stranger to end');
  expect([...agents, ...strangers.slice(1)].map((client) => client.isEnded())).toEqual(Array(5).fill(false));
  const fourth = await report();
  await until(() => agents[0]?.isEnded(), 'the agent that is idle longest to end');
  expect([...agents.slice(1), fourth].map((client) => client.isEnded())).toEqual([false, false, false]);
});

test('one that is being answered stays, and where all are no other gets in', async () => {
  const port = await start({ limits: { connections: 2 }, scrape: endless });
  const busy = [await open(port), await open(port)];
  for (const client of busy) ask(client, '/metrics');
  await until(() => scrapes === 2, 'the requests');
  const third = await open(port);
  await until(third.isEnded, 'the newcomer to end');
  expect(busy.map((client) => client.isEnded())).toEqual([false, false]);
});

test('the same over TLS, before and after the handshake', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
  await writeFile(join(folder, 'crt'), ONE.cert);
  await writeFile(join(folder, 'key'), ONE.key);
  const port = await start({
    limits: { connections: 2 },
    tls: { certFile: join(folder, 'crt'), keyFile: join(folder, 'key') },
  });
  await rm(folder, { recursive: true });
  const secure = async (): Promise<Client> => {
    const socket = connectTls({ port, host: '127.0.0.1', ca: ONE.cert });
    await once(socket, 'secureConnect');
    return follow(socket);
  };
  const silent = await open(port);
  const idle = await secure();
  const third = await secure();
  await until(silent.isEnded, 'the one without a handshake to end');
  ask(third, '/healthz');
  await until(() => third.received().includes('ok'), 'an answer');
  const fourth = await secure();
  await until(idle.isEnded, 'the idle one to end');
  ask(fourth, '/healthz');
  await until(() => fourth.received().includes('ok'), 'another answer');
  expect([third.isEnded(), fourth.isEnded()]).toEqual([false, false]);
});

test('past the limit of scrapes that are being answered others get 503, while other requests and probes get their answer', async () => {
  const port = await start({ limits: { requests: { scrapes: 2, streams: 1, others: 1 } }, scrape: endless });
  const answerOf = async (path: string): Promise<string> => {
    const client = await open(port);
    ask(client, path);
    await until(() => client.received().includes('\r\n\r\n'), `an answer of ${path}`);
    return client.received();
  };
  const busy = [await open(port), await open(port)];
  for (const client of busy) ask(client, '/metrics');
  await until(() => scrapes === 2, 'the scrapes');
  expect(await answerOf('/metrics')).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: 1\r\n/);
  for (const path of ['/', '/api/v1/stream', '/healthz', '/readyz'])
    expect(await answerOf(path)).toMatch(/^HTTP\/1.1 200/);
  busy[0]?.socket.destroy();
  await until(async () => {
    ask(await open(port), '/metrics');
    return scrapes === 3;
  }, 'room again');
});

test('who pipelines more than a few requests is cut off', async () => {
  const port = await start({ scrape: endless });
  const client = await open(port);
  client.socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(1_000));
  await until(client.isEnded, 'the end');
  expect(client.received()).toBe('');
  expect(scrapes).toBeLessThanOrEqual(2);
  const other = await open(port);
  for (let i = 0; i < 2; i++) ask(other, '/healthz');
  await until(() => other.received().match(/ok/g)?.length === 2, 'both answers');
});

test('the event loop turns between two requests that came at once', async () => {
  let turns = 0;
  let timer = setImmediate(function turn() {
    turns++;
    timer = setImmediate(turn);
  });
  const seen: number[] = [];
  const collectorFamilies: ScrapeSource['collectorFamilies'] = async () => {
    seen.push(turns);
    return [];
  };
  const limits = { pipelined: 8 };
  const port = await start({ limits, scrape: { exposition: () => [][Symbol.iterator](), collectorFamilies } });
  const client = await open(port);
  client.socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(8));
  await until(() => seen.length === 8, 'all');
  clearImmediate(timer);
  expect(new Set(seen).size).toBe(8);
});
