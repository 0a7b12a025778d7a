import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const repository = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'rollcall-pack-'));
const bin = join(folder, 'node_modules/.bin');

beforeAll(async () => {
  const { stdout } = await run('npm', ['run', '--silent', 'pack', '--', folder], { cwd: repository });
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', stdout.trim()], { cwd: folder });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the installed `rollcall serve` towards an API server that is not there, ends it once it listens, and answers how it ended and how long that took. */
async function serveShortly(env: Readonly<Record<string, string>>): Promise<{ code: unknown; endMs: number }> {
  const kubeconfig = join(folder, 'kubeconfig');
  const clusters = [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }];
  const contexts = [{ name: 'c', context: { cluster: 'c' } }];
  writeFileSync(kubeconfig, JSON.stringify({ 'current-context': 'c', clusters, contexts }));
  const args = ['serve', '--listen', '127.0.0.1:0', '--kubeconfig', kubeconfig];
  const child = spawn(join(bin, 'rollcall'), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  for await (const line of child.stdout) if (String(line).includes('"listening"')) break;
  const start = performance.now();
  child.kill('SIGTERM');
  const [code] = await exited;
  return { code, endMs: performance.now() - start };
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the tarball', () => {
  it.each(['rollcall', 'kubectl-rollcall'])('installs %s, which tells its version and its help', async (program) => {
    expect(await run(join(bin, program), ['--version'])).toEqual({ stdout: 'rollcall 0.1.0\n', stderr: '' });
    const help = await run(join(bin, program), ['--help']);
    expect(help.stderr).toBe('');
    expect(help.stdout).toContain('kubectl rollcall');
  });

  it('renders the resource definitions, which takes the contract along', async () => {
    const { stdout } = await run(join(bin, 'rollcall'), ['crds']);
    expect(stdout).toContain('kind: CustomResourceDefinition');
    expect(stdout).toContain('daemoncoverages.rollcall.dev');
  });

  it('brings along what sends traces, and sends them before it ends', async () => {
    const bodies: Promise<string>[] = [];
    const receiver = createServer((request, response) => {
      bodies.push(text(request).finally(() => response.end()));
    });
    const endpoint = await listen(receiver);
    expect((await serveShortly({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).code).toBe(0);
    receiver.close();
    expect((await Promise.all(bodies)).join('')).toMatch(/relist[^]*rollcall\.watch[^]*nodes/);
  });

  it('ends within 5 s though the receiver of its traces never answers', async () => {
    const held: ServerResponse[] = [];
    const receiver = createServer((_, response) => void held.push(response));
    const endpoint = await listen(receiver);
    const { code, endMs } = await serveShortly({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
    receiver.close();
    expect(held).not.toEqual([]);
    expect(code).toBe(0);
    expect(endMs).toBeLessThan(5_500);
  });

  it('ships JavaScript alone, and nothing that is written for tests', () => {
    const files = readdirSync(join(folder, 'node_modules/rollcall'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('dist/main.js');
    expect(files.filter((file) => /\.ts$|\.test\.|\.cases\.|(^|\/)test-/.test(file))).toEqual([]);
  });
});
