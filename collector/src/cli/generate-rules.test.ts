import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generate } from './generate.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

const OBJECTIVE = '{ sli: coverage, target: 99 }';

function write(objectives = OBJECTIVE): string {
  return `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: a, namespace: default }\nspec: { daemonSet: { name: a }, team: core, objectives: [${objectives}] }\n`;
}

async function run(argv: readonly string[], stdin = write()) {
  const written = { out: '', err: '' };
  const code = await generate.run(['rules', '--policies', '-', ...argv], {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => stdin,
    signal: AbortSignal.abort(),
  });
  return { code, out: written.out, err: written.err.replaceAll(folder, 'F') };
}

const WINDOW = `apiVersion: rollcall.dev/v1alpha1
kind: MaintenanceWindow
metadata: { name: w, namespace: default }
spec: { owner: a, reason: b, scope: { cluster: true }, once: { start: '2027-01-01T00:00:00Z', end: '2027-01-01T01:00:00Z' } }
`;

test('a fault is told with the number of its document, and windows alone as what they are', async () => {
  const faulty = await run(
    [],
    `${write()}---\n${write('{ sli: coverage, target: 9 }').replace('name: a,', 'name: b,')}`,
  );
  expect(faulty.err).toMatch(/^error: - \(document 2\): spec\.objectives\[0\]\.target: 9: /);
  const windows = await run([], WINDOW);
  expect(windows.err).toContain(
    'error: -: no policy is there, only maintenance windows; name the files of policies too',
  );
});

describe('generate rules', () => {
  test('prints objects with their namespace and labels, the same twice', async () => {
    const argv = ['--namespace', 'monitoring', '--label', 'release=prometheus'];
    const { code, out } = await run(argv);
    expect(code).toBe(0);
    expect(out).toContain('  namespace: monitoring\n');
    expect(out).toContain('    release: prometheus\n');
    expect(out.match(/^kind: PrometheusRule$/gm)).toHaveLength(2);
    expect((await run(argv)).out).toBe(out);
  });

  test('takes intervals, links and speed into the rules', async () => {
    const argv = ['--interval', '30s', '--uncovered-after', '7m', '--runbook-url', 'https://r', '--speed', '60'];
    const { out } = await run(['--format', 'plain', '--dashboard-url', 'https://d/$namespace/$daemonset', ...argv]);
    expect(out).not.toContain('kind: ');
    expect(out).toContain('interval: 500ms\n');
    expect(out).toContain('runbook_url: https://r/');
    expect(out).toContain('https://d/{{ $labels.namespace }}/{{ $labels.daemonset }}');
    expect(out).toContain('record: objective:rollcall_bad:ratio5s\n');
    expect((await run(['--uncovered-after', '7m'])).out).toMatch(/longest_uncovered_seconds.*> 420\)/);
  });

  test.each([
    [['--format', 'xml'], '--format: "xml" is none of prometheus-rule, plain, vmrule, sloth'],
    [['--label', 'release'], '--label: "release" is not NAME=VALUE'],
    [['--interval', 'soon'], '--interval: "soon" is no duration'],
    [['--uncovered-after', '0s'], '--uncovered-after: "0s" is no duration'],
    [['--speed', '0.5'], '--speed: "0.5" is no number from 1 to 3600'],
    [['--check'], '--check needs --out'],
    [['--polices', 'x'], '--polices is unknown; write --policies'],
  ])('refuses %j', async (argv, message) => {
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test.each([
    ['a target of 100', write('{ sli: coverage, target: 100 }'), 'spec.objectives[0].target'],
    ['two objectives on one SLI', write(`${OBJECTIVE}, ${OBJECTIVE}`), 'spec.objectives'],
    ['no policy', '', 'holds no policy'],
  ])('refuses %s, with the place', async (_, policy, message) => {
    const { code, out, err } = await run([], policy);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
  });

  test('writes a folder, and --check tells what differs, is missing or is left over', async () => {
    expect((await run(['--out', folder])).code).toBe(0);
    expect((await readdir(folder)).toSorted()).toEqual(['rollcall-default-a.yaml', 'rollcall.yaml']);
    await writeFile(join(folder, 'mine.yaml'), 'groups: []\n');
    expect(await run(['--out', folder, '--check'])).toEqual({ code: 0, out: '', err: '' });

    const file = join(folder, 'rollcall.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('for: ', 'for: 1'));
    await writeFile(join(folder, 'rollcall-default-gone.yaml'), '# generated, do not edit: rollcall generate rules\n');
    await rm(join(folder, 'rollcall-default-a.yaml'));
    const { code, err } = await run(['--out', folder, '--check']);
    expect(code).toBe(1);
    expect(err).toBe(
      'F/rollcall.yaml: is not what would be generated\n' +
        'F/rollcall-default-a.yaml: is missing, or is not a generated file\n' +
        'F/rollcall-default-gone.yaml: would not be generated any more\n',
    );
    expect((await run(['--out', folder])).code).toBe(0);
    expect((await readdir(folder)).toSorted()).toEqual(['mine.yaml', 'rollcall-default-a.yaml', 'rollcall.yaml']);
  });

  test('notes tiers that cannot fire', async () => {
    const { code, err } = await run([], write('{ sli: coverage, target: 60 }'));
    expect(code).toBe(0);
    expect(err).toContain('note: default/a, coverage 60 %: the page page_fast is left out');
  });

  test('writes a specification for Sloth, without a sample where nothing was valid', async () => {
    const { code, out, err } = await run(['--format', 'sloth'], write('{ sli: join, target: 95, window: Month }'));
    expect(code).toBe(0);
    expect(out).toContain('version: prometheus/v1\nservice: default-a\nlabels:\n  team: core\n');
    expect(out).toMatch(
      /error_query: .*rollcall_joins_total\{namespace="default",daemonset="a",outcome="late"\}\[\{\{\.window\}\}\]/,
    );
    expect(out).toMatch(/total_query: .* > 0\n/);
    expect(err).toContain('default/a, join: the window Month has no place in a file of Sloth');
  });

  test('leaves a label without a value out of a specification for Sloth, which would refuse it', async () => {
    const { out } = await run(['--format', 'sloth'], write().replace('team: core, ', ''));
    expect(out).toContain('service: default-a\nlabels: {}\n');
  });
});
