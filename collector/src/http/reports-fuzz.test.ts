/** Bodies and requests of clients that mean harm or are broken: by chance, with a seed that is printed when one fails. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { checkEvidence, checkHeartbeat } from '@rollcall/contract';
import { until } from '../test-time.ts';
import { LIMITS, type Limits } from './limits.ts';
import type { Admission, ReportFault } from './reports.ts';
import { startServer, type RunningServer } from './server.ts';
import { serverOptions } from './test-ports.ts';

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close(0);
  server = undefined;
});

/** The checks of the real intake; who is admitted sends about any node. */
const ADMITTED: Admission = {
  outcome: 'admitted',
  take: (path, items) =>
    items.map((item, at) => {
      const checked = path === '/api/v1/heartbeats' ? checkHeartbeat(item, at) : checkEvidence(item, at);
      return checked.ok ? { outcome: 'accepted' } : { outcome: 'refused', status: 400, detail: checked.fault };
    }),
};

async function start(limits: Partial<Limits> = {}) {
  const refused: ReportFault[] = [];
  const faults: string[] = [];
  const intake = {
    admit: () => Promise.resolve(ADMITTED),
    isBehind: () => false,
    refused: (fault: ReportFault) => void refused.push(fault),
    now: () => ({ wallMs: Date.UTC(2026, 0, 1), monoMs: performance.now() }),
  };
  const log = {
    error: (_: object, text: string) => void faults.push(text),
    info: () => undefined,
    warn: () => undefined,
  };
  const generous = { ...LIMITS.reports, perSecond: 1_000_000, burst: 1_000_000 };
  server = await startServer({ ...serverOptions({ intake, limits: { reports: generous, ...limits } }), log });
  return { port: Number(new URL(server.url).port), refused, faults };
}

interface Raw {
  readonly head?: string;
  readonly body?: Buffer | string;
}

function write({ head = '', body = '' }: Raw): Buffer {
  const bytes = Buffer.from(body);
  const length = /^(content-length|transfer-encoding):/im.test(head) ? '' : `Content-Length: ${bytes.length}\r\n`;
  const text = `POST /api/v1/heartbeats HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer abc\r\n${length}${head}\r\n`;
  return Buffer.concat([Buffer.from(text), bytes]);
}

/** A connection that sends one request after the other; answers the status of each, 0 where the server closed it. */
async function createWire(port: number) {
  let socket = connect(port, '127.0.0.1');
  const open = async (): Promise<void> => {
    socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
  };
  await once(socket, 'connect');
  const ask = (raw: Raw, isHalf = false): Promise<number> =>
    new Promise((resolve) => {
      let received = '';
      const end = (status: number): void => {
        socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('error');
        resolve(status);
      };
      socket.on('error', () => undefined).on('close', () => end(Number(received.slice(9, 12))));
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1');
        const head = received.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
        if (head >= 0 && received.length >= head + 4 + length) end(Number(received.slice(9, 12)));
      });
      socket.write(write(raw));
      if (isHalf) socket.end();
    });
  return {
    ask: async (raw: Raw, isHalf = false): Promise<number> => {
      if (socket.destroyed || !socket.writable) await open();
      return ask(raw, isHalf);
    },
    renew: async (): Promise<void> => {
      socket.destroy();
      await open();
    },
    close: () => void socket.destroy(),
  };
}

const strange = fc.oneof(
  fc.constantFrom(
    2 ** 60,
    1e308,
    -1,
    0.5,
    -0,
    '',
    'NaN',
    null,
    true,
    [],
    {},
    '\u0000',
    '\ud800',
    '𝓷ode-ñ',
    '__proto__',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);
const field = fc.constantFrom(
  'node',
  'bootId',
  'sequence',
  'sentAt',
  'lastReply',
  'ackedThrough',
  'telemetry',
  'errors',
  'cpuCores',
  'memoryBytes',
  'mesh',
  'kind',
  '__proto__',
  'toString',
);
const good = { node: 'n', bootId: 'b', sequence: 1, sentAt: 1_767_225_600_000 };
const item = fc.oneof(
  strange,
  fc.dictionary(field, strange, { maxKeys: 6 }),
  fc.tuple(field, strange).map(([name, value]) => ({ ...good, [name]: value })),
);
const whole = fc.array(item, { maxLength: 4 }).map((items) => JSON.stringify({ items }));
const text = fc.oneof(
  whole,
  fc.json({ maxDepth: 4 }),
  // What JSON.stringify never writes: doubled keys, numbers beyond all, cuts, bytes changed in place.
  fc.tuple(whole, whole).map(([one, other]) => `${one.slice(0, -1)},${other.slice(1)}`),
  fc.constantFrom(
    'NaN',
    '{"items":[NaN]}',
    '{"items":[{"sequence":1e999}]}',
    '{"items":[{"node":"n","bootId":"b","sequence":9007199254740993,"sentAt":1}]}',
    '{"items":[{"node":"a","node":"b"}]}',
    '',
    '\ufeff{}',
    '{"items":[1,]}',
  ),
  fc.tuple(whole, fc.nat(200)).map(([json, at]) => json.slice(0, at)),
  fc
    .tuple(whole, fc.nat(200), fc.string({ unit: 'binary', maxLength: 2 }))
    .map(([json, at, put]) => json.slice(0, at) + put + json.slice(at + 1)),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('10,000 bodies by chance are taken or refused as the fault of their sender, never a failure', async () => {
  const { port, faults } = await start();
  const wires = await Promise.all(Array.from({ length: 25 }, () => createWire(port)));
  const seed = 20_260_302;
  const bodies = fc.sample(text, { numRuns: 10_000, seed });
  const counts = new Map<number, number>();
  const share = async (wire: Awaited<ReturnType<typeof createWire>>, at: number): Promise<void> => {
    for (let index = at; index < bodies.length; index += wires.length) {
      const body = bodies[index] ?? '';
      const isPacked = index % 10 === 0;
      const status = await wire.ask(isPacked ? { head: 'Content-Encoding: gzip\r\n', body: gzipSync(body) } : { body });
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (status !== 200 && status !== 400)
        throw new Error(`seed ${seed}, body ${index}: ${status} to ${JSON.stringify(body)}`);
    }
  };
  await Promise.all(wires.map(share));
  for (const wire of wires) wire.close();
  expect(faults).toEqual([]);
  expect((counts.get(200) ?? 0) + (counts.get(400) ?? 0)).toBe(10_000);
  expect(counts.get(200)).toBeGreaterThan(100);
});

test.each<[string, Raw, readonly number[]]>([
  ['lists in lists', { body: `{"items":${'['.repeat(500_000)}` }, [400]],
  ['objects in objects', { body: '{"items":[{"mesh":'.repeat(50_000) }, [400]],
  ['whole lists in lists', { body: `{"items":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}` }, [400]],
  ['more items than are taken', { body: JSON.stringify({ items: Array(100_000).fill(0) }) }, [400]],
  ['a chain of encodings', { head: 'Content-Encoding: gzip, gzip\r\n', body: gzipSync(gzipSync('{}')) }, [415]],
  [
    'an encoding in two headers',
    { head: 'Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n', body: gzipSync('{}') },
    [415],
  ],
  ['brotli', { head: 'Content-Encoding: br\r\n', body: brotliCompressSync('{}') }, [415]],
  ['gzip that is none', { head: 'Content-Encoding: gzip\r\n', body: '{"items":[]}' }, [400]],
  ['gzip that is cut', { head: 'Content-Encoding: gzip\r\n', body: gzipSync('x'.repeat(999)).subarray(0, 20) }, [400]],
  ['gzip in gzip', { head: 'Content-Encoding: gzip\r\n', body: gzipSync(gzipSync('{"items":[]}')) }, [400]],
  [
    'a hundred packed members',
    { head: 'Content-Encoding: gzip\r\n', body: Buffer.concat(Array(100).fill(gzipSync(Buffer.alloc(900_000)))) },
    [413],
  ],
  ['a length that is no number', { head: 'Content-Length: ten\r\n' }, [400]],
  ['a length below nothing', { head: 'Content-Length: -1\r\n' }, [400]],
  ['two lengths', { head: 'Content-Length: 2\r\nContent-Length: 3\r\n', body: '{}' }, [400]],
  ['a length and chunks', { head: 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', body: '0\r\n\r\n' }, [400]],
  ['a length beyond all', { head: 'Content-Length: 99999999999999999999\r\n' }, [400]],
  ['chunks that are none', { head: 'Transfer-Encoding: chunked\r\n', body: 'zz\r\n' }, [400]],
  ['an unknown transfer encoding', { head: 'Transfer-Encoding: gzip\r\n', body: 'x' }, [400]],
  ['headers beyond all', { head: `X-Bomb: ${'x'.repeat(20_000)}\r\n` }, [431]],
  ['very many headers', { head: 'X: y\r\n'.repeat(3_000) }, [431]],
  ['a header with a line end in it', { head: 'X: a\rb\r\n' }, [400]],
])('%s are refused as the fault of their sender', async (_, raw, statuses) => {
  const { port, faults } = await start();
  const wire = await createWire(port);
  expect(statuses).toContain(await wire.ask(raw));
  wire.close();
  expect(faults).toEqual([]);
});

test('a body that is shorter than its length, or never ends, is given up, and what it held is free again', async () => {
  const reports = { ...LIMITS.reports, allBytes: 4_000 };
  const { port, faults } = await start({ reports, requestMs: 300, headersMs: 200 });
  const heads = ['Content-Length: 5000\r\n', 'Transfer-Encoding: chunked\r\n'];
  for (let round = 0; round < 3; round += 1) {
    const wires = await Promise.all(heads.map(() => createWire(port)));
    const body = `5dc\r\n${' '.repeat(1_500)}\r\n`;
    const statuses = await Promise.all(wires.map((wire, at) => wire.ask({ head: heads[at] ?? '', body })));
    expect(statuses).toEqual([408, 408]);
    for (const wire of wires) wire.close();
    const after = await createWire(port);
    expect(await after.ask({ body: `{"items":[{}]}${' '.repeat(3_900)}` })).toBe(400);
    after.close();
  }
  expect(faults).toEqual([]);
});

test('who goes away in the middle leaves nothing behind', async () => {
  const { port, faults } = await start({ reports: { ...LIMITS.reports, allBytes: 4_000, atOnce: 2 } });
  for (let round = 0; round < 50; round += 1) {
    const wire = await createWire(port);
    const gone = wire.ask({ head: 'Content-Length: 9000\r\n', body: ' '.repeat(2_000) }, round % 2 === 0);
    await wire.renew();
    wire.close();
    await gone;
  }
  const after = await createWire(port);
  await until(async () => (await after.ask({ body: JSON.stringify({ items: [good] }) })) === 200, 'room for another');
  after.close();
  expect(faults).toEqual([]);
});

test('headers that trickle are cut, and hold up nobody', async () => {
  const { port } = await start({ headersMs: 200, requestMs: 400 });
  const slow = connect(port, '127.0.0.1');
  let isEnded = false;
  slow
    .on('error', () => undefined)
    .on('close', () => (isEnded = true))
    .resume();
  slow.write('POST /api/v1/heartbeats HTTP/1.1\r\nHost: localhost\r\n');
  const wire = await createWire(port);
  await until(async () => {
    if (!slow.destroyed) slow.write('X: y\r\n');
    expect(await wire.ask({ body: JSON.stringify({ items: [good] }) })).toBe(200);
    return isEnded;
  }, 'the slow one being cut');
  wire.close();
});
