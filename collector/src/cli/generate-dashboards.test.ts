import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateDashboards } from './generate-dashboards.ts';
import { runCommand } from './test-run.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-dashboards-'));
});
afterEach(() => rm(folder, { recursive: true }));

const run = (...argv: readonly string[]) => runCommand(generateDashboards, argv);

test('writes into folders that it makes, keeps what is not ours, removes a board that is no longer made, and finds an edited one', async () => {
  const out = join(folder, 'deep/er');
  expect((await run('--out', out)).code).toBe(0);
  const names = await readdir(out);
  expect(names).toContain('rollcall-on-call.json');
  const board = await readFile(join(out, 'rollcall-on-call.json'), 'utf8');
  await writeFile(join(out, 'rollcall-gone.json'), board.replace('rollcall-on-call', 'rollcall-gone'));
  // Exported from Grafana under a name of its own, and ours only in part: somebody's work.
  await writeFile(join(out, 'exported.json'), board);
  await writeFile(join(out, 'odd.json'), 'null');
  await rm(join(out, 'rollcall-slo.json'));
  await writeFile(join(out, 'mine.json'), '{\n  "title": "mine"\n}\n');
  await writeFile(join(out, 'rollcall-on-call.json'), board.replace('Longest uncovered', 'Oldest'));
  const { code, err } = await run('--out', out, '--check');
  expect(code).toBe(1);
  expect(err).toContain('rollcall-on-call.json: is not what would be generated');
  expect(err).toContain('rollcall-slo.json: is missing, or is not a generated file');
  expect(err).toContain('rollcall-gone.json: would not be generated any more');
  expect((await run('--out', out)).code).toBe(0);
  expect((await readdir(out)).toSorted()).toEqual([...names, 'exported.json', 'mine.json', 'odd.json'].toSorted());
  expect((await run('--out', out, '--check')).code).toBe(0);
});

test.each([
  [['--format', 'yaml'], '--format: "yaml" is none of json, configmap, grafana-dashboard'],
  [['--api-url', 'collector:8090'], '--api-url: "collector:8090" is no address such as http://rollcall.example:8090'],
  [['--speed', '0'], '--speed: "0" is no number from 1 to 3600'],
  [['--label', 'x'], '--label: "x" is not NAME=VALUE'],
  [['--label', 'a=b'], '--label: plain JSON has no labels; add --format configmap or grafana-dashboard'],
  [['--format', 'configmap', '--label', 'a=b c'], '--label: "b c" is no value of a label'],
  [['--out', '/dev/null'], '--out: "/dev/null" is a file, or below one; name a folder'],
  [['--out', '/proc/nowhere'], "ENOENT: no such file or directory, mkdir '/proc/nowhere'"],
])('refuses %j', async (argv, message) => {
  const { code, err } = await run(...argv);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

test('prints boards as one JSON after the other', async () => {
  const { out } = await run();
  expect(JSON.parse(`[${out.replaceAll('\n}\n{', '\n},\n{')}]`)).toHaveLength(5);
});

test('leaves alone what another generator wrote, and a file that only quotes ours', async () => {
  const head = '# generated, do not edit: rollcall generate rules\n';
  await writeFile(join(folder, 'rollcall.yaml'), head);
  const quoting = '# mine\n---\n# generated, do not edit: rollcall generate dashboards\n';
  await writeFile(join(folder, 'mine.yaml'), quoting);
  expect((await run('--format', 'configmap', '--out', folder)).code).toBe(0);
  expect((await run('--format', 'configmap', '--out', folder, '--check')).code).toBe(0);
  expect(await readFile(join(folder, 'rollcall.yaml'), 'utf8')).toBe(head);
  expect(await readFile(join(folder, 'mine.yaml'), 'utf8')).toBe(quoting);
});
