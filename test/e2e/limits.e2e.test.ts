/** What clients can do to a collector: ten thousand streams, slow headers, large bodies, pipelines. Probes are answered, memory is bounded. */
import { connect, type Socket } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startEmbeddedKube, type EmbeddedKube } from '@rollcall/embedded-kube';
import { waitFor } from '../control-plane/index.ts';
import { askCollector } from './ask-collector.ts';
import { daemonSetManifest, nameNodes } from './cluster.ts';
import { startProber, type ProbeTimes } from './prober.ts';
import { startCollector, type Collector } from './rollcall.ts';

const MIB = 2 ** 20;
/** The kubelet's own timeout of a probe; fails at ten times that only: a loaded machine is no fault of what is tested. */
const PROBE_GOAL_MS = 1_000;

let kube: EmbeddedKube;
let folder: string;
let collector: Collector;
const sockets = new Set<Socket>();

beforeAll(async () => {
  kube = await startEmbeddedKube();
  for (const name of nameNodes('node', 500)) {
    kube.store.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  }
  for (const name of ['one', 'two'])
    kube.store.apply(daemonSetManifest({ name }) as Parameters<typeof kube.store.apply>[0]);
  folder = await mkdtemp(join(tmpdir(), 'rollcall-limits-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, describeAccess(kube.url));
  collector = await startCollector({ kubeconfig, flags: ['--discover'] });
  await waitFor(() => collector.isReady(), { what: 'the collector being ready' });
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await waitFor(() => collector.isReady(), { what: 'the collector being ready still' });
});
afterAll(async () => {
  await collector?.stop();
  await kube?.stop();
  await rm(folder, { recursive: true });
});

function describeAccess(server: string): string {
  const context = { cluster: 'test' };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server } }],
    contexts: [{ name: 'test', context }],
    'current-context': 'test',
  });
}

interface Client {
  readonly socket: Socket;
  text: string;
  ended: boolean;
}

/** Connects, sends, and keeps the connection as long as the server does. */
function open(sent: string): Client {
  const socket = connect(Number(new URL(collector.url).port), '127.0.0.1');
  const client: Client = { socket, text: '', ended: false };
  sockets.add(socket);
  socket.on('data', (chunk: Buffer) => (client.text = (client.text + chunk.toString()).slice(0, 200)));
  socket
    .on('error', () => undefined)
    .on('close', () => {
      client.ended = true;
      sockets.delete(socket);
    });
  socket.write(sent);
  return client;
}

function statusOf({ text }: Client): string {
  return text.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3);
}

async function memory(): Promise<number> {
  const { body } = await askCollector(`${collector.url}/metrics`);
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(body)?.[1]);
}

function describeTimes({ times }: ProbeTimes): string {
  const at = (share: number): number => Math.round(times[Math.floor(times.length * share)] ?? NaN);
  return `${times.length} asked, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, worst ${Math.round(times.at(-1) ?? NaN)} ms`;
}

/** Every probe and scrape meanwhile has to be answered; how fast is printed. */
async function keepAnswering(what: string, work: () => Promise<unknown>): Promise<void> {
  const before = await memory();
  const probers = ['/healthz', '/metrics'].map((path) => startProber(collector.url + path));
  await work();
  const [probes, scrapes] = await Promise.all(probers.map((prober) => prober.stop()));
  if (probes === undefined || scrapes === undefined) throw new Error('a prober has nothing to say');
  const after = await memory();
  console.info(
    `${what}: /healthz ${describeTimes(probes)} (goal ${PROBE_GOAL_MS} ms); /metrics ${describeTimes(scrapes)}; ` +
      `memory ${Math.round(before / MIB)} MiB before, ${Math.round(after / MIB)} MiB after`,
  );
  expect([...probes.failures, ...scrapes.failures]).toEqual([]);
  expect(probes.times.at(-1)).toBeLessThan(10 * PROBE_GOAL_MS);
  // 300 clients' answers at once are some 100 MiB on an idle machine; without a bound of ours they would be gigabytes.
  expect(after - before).toBeLessThan(256 * MIB);
}

test('of 10,000 clients that want to listen and sit idle 100 may, and the others are told to come back', async () => {
  const clients: Client[] = [];
  const flood = async (): Promise<void> => {
    for (let batch = 0; batch < 40; batch++) {
      const some = Array.from({ length: 250 }, () => open('GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n'));
      clients.push(...some);
      await waitFor(async () => some.every((client) => client.text !== '' || client.ended), { what: 'their answers' });
    }
  };
  await keepAnswering('10,000 idle stream clients', flood);
  const counts = Object.groupBy(clients, statusOf);
  console.info(
    Object.entries(counts)
      .map(([status, some]) => `${some?.length} x ${status || 'closed without a word'}`)
      .join(', '),
  );
  await waitFor(async () => clients.filter((client) => !client.ended).length === 100, {
    what: 'the others to be gone',
  });
  expect(counts['200']).toHaveLength(100);
  expect((counts['503']?.length ?? 0) / 9_900).toBeGreaterThan(0.99);
});

test('5,000 connections that send their headers byte by byte keep nobody out, and are cut off after 10 to 15 s', async () => {
  const began = performance.now();
  const first = open('GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ');
  const dribble = setInterval(() => sockets.forEach((socket) => socket.write('x')), 1_000);
  const flood = async (): Promise<void> => {
    await waitFor(async () => first.ended, { what: 'the end of the first', deadlineMs: 30_000 });
  };
  const single = flood().then(() => performance.now() - began);
  await keepAnswering('one slow client', () => single);
  expect(statusOf(first)).toBe('408');
  expect(await single).toBeGreaterThan(9_000);
  expect(await single).toBeLessThan(16_000);
  const many = async (): Promise<void> => {
    for (let batch = 0; batch < 20; batch++) {
      for (let i = 0; i < 250; i++) open('GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  await keepAnswering('5,000 slow clients', many);
  await waitFor(async () => sockets.size <= 512, { what: 'no more than 512 connections' });
  clearInterval(dribble);
});

test.each([
  ['announced', 'Content-Length: 104857600\r\n', ''],
  ['in pieces', 'Transfer-Encoding: chunked\r\n', '10000\r\n'],
])('bodies of 100 MB, %s, are refused before they are read', async (_, header, prefix) => {
  const piece = Buffer.concat([Buffer.from(prefix), Buffer.alloc(65_536), Buffer.from(prefix && '\r\n')]);
  const send = async (method: string): Promise<Client> => {
    const client = open(`${method} /api/v1/coverage HTTP/1.1\r\nHost: localhost\r\n${header}\r\n`);
    for (let sent = 0; sent < 100 * MIB && !client.ended; sent += piece.length) {
      if (!client.socket.write(piece)) {
        await new Promise((resolve) => client.socket.once('drain', resolve).once('close', resolve));
      }
    }
    await waitFor(async () => client.ended, { what: 'the end' });
    return client;
  };
  const work = Promise.all(Array.from({ length: 40 }, (__, index) => send(index % 2 === 0 ? 'POST' : 'GET')));
  await keepAnswering(`40 bodies of 100 MB`, () => work);
  const clients = await work;
  const most = Math.max(...clients.map(({ socket }) => socket.bytesWritten));
  console.info(
    `${clients.filter((client) => statusOf(client) === '413').length} of 40 read their 413; sent at most ${(most / MIB).toFixed(1)} MiB`,
  );
  expect(most).toBeLessThan(16 * MIB);
  for (const client of clients) expect(['413', '']).toContain(statusOf(client));
});

test('who asks before it sends a body is refused before it does', async () => {
  const client = open(
    'POST /api/v1/coverage HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\nExpect: 100-continue\r\n\r\n',
  );
  await waitFor(async () => client.ended, { what: 'the end' });
  expect(statusOf(client)).toBe('413');
});

test('300 clients that pipeline, and 300 that ask all at once, do not starve the probes', async () => {
  const load = async (sent: string): Promise<number> => {
    const end = performance.now() + 4_000;
    let count = 0;
    const one = async (): Promise<void> => {
      while (performance.now() < end) {
        const client = open(sent);
        count += 1;
        await waitFor(async () => client.ended || client.text !== '', { what: 'an answer', everyMs: 20 });
        client.socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: 300 }, one));
    return count;
  };
  const request = 'GET /api/v1/coverage/default/one/nodes HTTP/1.1\r\nHost: localhost\r\n\r\n';
  await keepAnswering('300 pipelines', () => load(request.repeat(400)));
  await keepAnswering('300 at once', () => load(request));
});
