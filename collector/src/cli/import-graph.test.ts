import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// Writes down what a fresh process loads until `rollcall serve` listens. Nobody need be at the other end of its kubeconfig.
const PROGRAM = `
import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
const { runRollcall } = await import('./rollcall.ts');
const interrupt = new AbortController();
const out = (line) => { if (line.includes('"listening"')) interrupt.abort(); };
const io = { env: process.env, out, err: (text) => process.stderr.write(text), readStdin: async () => '', signal: interrupt.signal };
process.exitCode = await runRollcall(['serve', '--listen', '127.0.0.1:0', '--kubeconfig', process.argv[1]], io);
console.log(JSON.stringify(loaded));
`;

let folder: string;
let kubeconfig: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-imports-'));
  kubeconfig = join(folder, 'config');
  const clusters = [{ name: 'c', cluster: { server: 'http://127.0.0.1:9' } }];
  const contexts = [{ name: 'c', context: { cluster: 'c' } }];
  await writeFile(kubeconfig, JSON.stringify({ 'current-context': 'c', clusters, contexts }));
});
afterAll(() => rm(folder, { recursive: true }));

/** The packages that a start loads, by name. */
async function load(env: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  const args = ['--input-type=module', '--eval', PROGRAM, kubeconfig];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname, env });
  const loaded = JSON.parse(stdout) as readonly string[];
  return new Set(loaded.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));
}

describe('a start of rollcall serve', () => {
  it('loads nothing of OpenTelemetry, express or the Kubernetes client, as long as nobody needs it', async () => {
    const packages = await load({});
    expect([...packages].filter((name) => /^@opentelemetry\/(?!api$)|^express$|^@kubernetes/.test(name))).toEqual([]);
    expect(packages).toContain('pino');
  });

  it('loads OpenTelemetry when an endpoint is set, which shows that this test sees it', async () => {
    const packages = await load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '1' });
    expect(packages).toContain('@opentelemetry/sdk-node');
  });
});
