import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerJson, startServer, type ScriptedServer } from './test-server.ts';

// Writes down what a fresh process loads on its way to a first answer.
const PROGRAM = `
import { registerHooks } from 'node:module';
import { readFile } from 'node:fs/promises';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const { loadConnection, readJson } = await import('@rollcall/kube');
const timers = { after(ms, run) { const timer = setTimeout(run, ms); return () => clearTimeout(timer); } };
const clock = { monoMs: () => performance.now(), wallMs: Date.now, random: Math.random };
const connection = await loadConnection({
  kubeconfig: process.argv[1], env: {}, clock, timers, version: '0', readFile: (path) => readFile(path, 'utf8'),
});
const answer = await readJson(connection, '/version');
connection.close();
console.log(JSON.stringify({ answer, loaded }));
`;

let server: ScriptedServer;
let directory: string;

beforeAll(async () => {
  server = await startServer((exchange) => answerJson(exchange, 200, exchange.request.headers.authorization));
  directory = await mkdtemp(join(tmpdir(), 'rollcall-imports-'));
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true });
});

async function load(
  user: object,
): Promise<{ answer: unknown; packages: ReadonlySet<string>; builtins: readonly string[] }> {
  const config = {
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: server.url } }],
    users: [{ name: 'u', user }],
  };
  const path = join(directory, 'config');
  await writeFile(path, JSON.stringify(config));
  const args = ['--input-type=module', '--eval', PROGRAM, path];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  const { answer, loaded } = JSON.parse(stdout) as { answer: unknown; loaded: string[] };
  const packages = loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  return { answer, packages: new Set(packages), builtins: loaded.filter((url) => url.startsWith('node:')) };
}

describe('a process that imports @rollcall/kube and asks by a plain kubeconfig', () => {
  it('loads neither the Kubernetes client, which costs 80 MB, nor the ESM face of node:http, which costs 15', async () => {
    const { answer, packages, builtins } = await load({ token: 'plain' });
    expect(answer).toBe('Bearer plain');
    expect([...packages]).toEqual(['yaml']);
    expect(builtins).toContain('node:path');
    expect(builtins).not.toEqual(expect.arrayContaining([expect.stringMatching(/^node:https?$/)]));
  });

  it('loads the client when the kubeconfig has a plugin, which shows that this test sees it', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'made' },
    };
    const { answer, packages } = await load({ exec: { command: 'echo', args: [JSON.stringify(credential)] } });
    expect(answer).toBe('Bearer made');
    expect(packages).toContain('@kubernetes/client-node');
  });
});
