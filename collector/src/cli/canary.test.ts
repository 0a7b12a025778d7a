import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCanary } from '@rollcall/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../test-time.ts';
import { canary } from './canary.ts';
import { openCanaryFile } from './canary-file.ts';
import { runCommand } from './test-run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-'));
});
afterEach(() => rm(folder, { recursive: true }));

const record = { node: 'n1', boot: '1', seq: 0, sentMs: 1_500 };

test('it writes lines, a sample and answers scrapes until it is interrupted', async () => {
  const abort = new AbortController();
  const [lines, sample] = [join(folder, 'canary.log'), join(folder, 'canary.prom')];
  const written = { out: '', err: '' };
  const flags = ['--node=n1', '--write=stdout', `--write=${lines}`, `--write=${sample}`, '--listen=127.0.0.1:0'];
  const running = canary.run(flags, {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => '',
    signal: abort.signal,
  });
  await until(async () => (await readdir(folder)).length === 2 && written.out !== '');
  await until(async () => (await readFile(lines, 'utf8').catch(() => '')) === written.out);
  expect(parseCanary(written.out)).toMatchObject({ node: 'n1', seq: 0 });
  const url = /http:\S+/.exec(written.err)?.[0] ?? '';
  const scraped = await fetch(`${url}/metrics`, { headers: { connection: 'close' } });
  const boot = parseCanary(written.out)?.boot;
  const expected = new RegExp(`^rollcall_canary_sent_timestamp_seconds{node="n1",boot="${boot}"} \\d+\\.\\d{3}$`, 'm');
  expect(await scraped.text()).toMatch(expected);
  expect(await readFile(sample, 'utf8')).toMatch(expected);
  expect((await fetch(`${url}/other`, { headers: { connection: 'close' } })).status).toBe(404);
  abort.abort();
  expect(await running).toBe(0);
});

test('a file of lines is moved away before it grows without bound', async () => {
  const path = join(folder, 'canary.log');
  await writeFile(path, 'x'.repeat(1 << 20));
  await openCanaryFile(path).write(record);
  expect((await readdir(folder)).toSorted()).toEqual(['canary.log', 'canary.log.1']);
  expect(parseCanary(await readFile(path, 'utf8'))).toEqual(record);
});

test('what cannot be written is said, and goes on', async () => {
  const abort = new AbortController();
  const running = runCommand(canary, ['--node=n1', `--write=${join(folder, 'no', 'x')}`], abort.signal);
  setTimeout(() => abort.abort(), 50);
  expect(await running).toMatchObject({
    code: 0,
    err: expect.stringMatching(/^error: a canary could not be written: .*ENOENT/),
  });
});

test('every bad flag is named at once', async () => {
  const { code, err } = await runCommand(canary, [
    '--node=A_',
    '--period=1s',
    '--listen=x',
    '--write=',
    '--wite=y',
    'z',
  ]);
  expect(code).toBe(2);
  expect(err.split('\n').slice(0, -2)).toEqual([
    'error: --wite is unknown; use one of --listen, --node, --period, --write',
    'error: "z" is no flag, and canary takes nothing else; leave it out',
    'error: --node: "A_" is no name of a Node; give it, or set $NODE_NAME',
    'error: --period: "1s" is no time between 5s and 10m; write for example 30s',
    'error: --listen: "x" is not ADDRESS:PORT; write for example 0.0.0.0:9464',
    'error: --write: "" is no file; write stdout or a path',
  ]);
});

test('an address that is taken or foreign is said', async () => {
  expect(await runCommand(canary, ['--node=n1', '--listen=203.0.113.1:80'])).toMatchObject({ code: 3 });
});
