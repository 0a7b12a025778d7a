import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { startServer, type RunningServer } from './server.ts';
import { OLD, ONE, TWO } from './test-certificates.ts';
import { serverOptions } from './test-ports.ts';

let folder: string;
let server: RunningServer | undefined;
let lines: string[];
const ca = [ONE.cert, TWO.cert];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-tls-'));
  lines = [];
});
afterEach(async () => {
  await server?.close(0);
  server = undefined;
  await rm(folder, { recursive: true });
});

async function write({ cert, key }: { readonly cert?: string; readonly key?: string }): Promise<void> {
  if (cert !== undefined) await writeFile(join(folder, 'tls.crt'), cert);
  if (key !== undefined) await writeFile(join(folder, 'tls.key'), key);
}

async function start(inside = folder): Promise<RunningServer> {
  const tls = { certFile: join(inside, 'tls.crt'), keyFile: join(inside, 'tls.key'), pollMs: 5 };
  const note = (_: object, text: string): void => void lines.push(text);
  server = await startServer({ ...serverOptions(), tls, log: { error: note, info: note, warn: note } });
  return server;
}

/** Whose certificate a new connection gets: the common name without its prefix. */
async function servedBy({ url }: RunningServer): Promise<string> {
  const socket: TLSSocket = connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    ca: [...ca, OLD.cert],
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const name = String(socket.getPeerCertificate().subject.CN).replace('rollcall-test-', '');
  socket.destroy();
  return name;
}

test('the server speaks TLS 1.2 and newer with the pair that it was given, and says so', async () => {
  await write(ONE);
  const { url } = await start();
  expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
  expect(await servedBy({ url } as RunningServer)).toBe('ONE');
  expect(lines).toEqual(['serving TLS']);
  const old = connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    ca,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
  });
  await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol version|no protocols available/i);
});

test.each([
  [
    'no certificate',
    { key: ONE.key },
    /tls\.crt cannot be read \(ENOENT.*\); name a file that the collector may read$/,
  ],
  ['no key', { cert: ONE.cert }, /tls\.key cannot be read/],
  ['nonsense', { cert: 'x', key: ONE.key }, /tls\.crt cannot be understood \(.*\); write a PEM certificate there$/],
  [
    'half a key',
    { cert: ONE.cert, key: ONE.key.slice(0, 99) },
    /tls\.key cannot be understood \(.*\); write a PEM private key/,
  ],
  [
    'the key of another one',
    { cert: ONE.cert, key: TWO.key },
    /tls\.key is not the key of .*tls\.crt; write the key there/,
  ],
])('with %s it does not start, and says what to mend', async (_, files, message) => {
  await write(files);
  await expect(start()).rejects.toThrow(message);
});

test('a certificate that has expired is served, and warned of', async () => {
  await write(OLD);
  expect(await servedBy(await start())).toBe('OLD');
  expect(lines).toEqual([
    'serving TLS',
    'the certificate has expired; write a new one and its key into the same files',
  ]);
});

test('a pair that does not fit is warned of once, while the former goes on, and the next that does is taken', async () => {
  await write(ONE);
  const running = await start();
  await write({ cert: TWO.cert });
  await until(() => lines.length === 2, 'the warning');
  expect(lines[1]).toMatch(
    /^the former certificate goes on: .*tls\.key is not the key of .*tls\.crt; write the key there/,
  );
  expect(await servedBy(running)).toBe('ONE');
  await write({ key: 'half' });
  await until(() => lines.length === 3, 'the other warning');
  await write(TWO);
  await until(() => lines.length === 4, 'the news');
  expect(lines[3]).toBe('the certificate changed: new connections use the new one');
  expect(await servedBy(running)).toBe('TWO');
});

test('rotated under load, as kubelet swaps the links of a Secret: every request is answered, on kept and on fresh connections', async () => {
  for (const [name, pair] of [
    ['..1', ONE],
    ['..2', TWO],
  ] as const) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'tls.crt'), pair.cert);
    await writeFile(join(folder, name, 'tls.key'), pair.key);
  }
  let swaps = 0;
  const swap = async (): Promise<void> => {
    await symlink(`..${(swaps++ % 2) + 1}`, join(folder, '..tmp'));
    await rename(join(folder, '..tmp'), join(folder, '..data'));
  };
  await swap();
  const { url } = await start(join(folder, '..data'));
  const counts = { kept: 0, fresh: 0 };
  const failures: unknown[] = [];
  let stopped = false;
  const load = async (kind: keyof typeof counts): Promise<void> => {
    const agent = new Agent({ ca, keepAlive: kind === 'kept', maxSockets: 1, maxCachedSessions: 0 });
    while (!stopped) {
      await askOver(agent, `${url}/metrics`).then(
        (status) => (status === 200 ? (counts[kind] += 1) : failures.push(status)),
        (error: unknown) => failures.push(error),
      );
    }
    agent.destroy();
  };
  const clients = [load('kept'), load('kept'), load('fresh'), load('fresh')];
  for (let turn = 1; turn <= 10; turn++) {
    await swap();
    await until(() => lines.filter((line) => line.startsWith('the certificate changed')).length === turn, 'the change');
    const { kept, fresh } = { ...counts };
    await until(() => failures.length > 0 || (counts.kept > kept + 10 && counts.fresh > fresh + 5), 'some requests');
  }
  stopped = true;
  await Promise.all(clients);
  console.info(
    `10 rotations, ${counts.kept} requests on kept and ${counts.fresh} on fresh connections, ${failures.length} failed`,
  );
  expect(failures).toEqual([]);
  expect(Math.min(counts.kept, counts.fresh)).toBeGreaterThan(10);
});

function askOver(agent: Agent, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response
        .resume()
        .once('end', () => resolve(response.statusCode))
        .once('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
