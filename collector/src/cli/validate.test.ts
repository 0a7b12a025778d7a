import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { validate } from './validate.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-validate-'));
});
afterEach(() => rm(folder, { recursive: true }));

function write(name: string, more = ''): string {
  return `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: ${name}, namespace: default }\nspec: { daemonSet: { name: ${name} }${more} }\n`;
}

async function put(file: string, text: string): Promise<string> {
  await writeFile(join(folder, file), text);
  return join(folder, file);
}

async function run(argv: readonly string[], stdin = '') {
  const written = { out: '', err: '' };
  const code = await validate.run(argv, {
    env: {},
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    readStdin: async () => stdin,
    signal: AbortSignal.abort(),
  });
  return { code, out: written.out.replaceAll(folder, 'F'), err: written.err.replaceAll(folder, 'F') };
}

describe('validate', () => {
  test('says ok for each good file, with its policies', async () => {
    await put('a.yaml', write('a'));
    await put('b.yaml', `${write('b')}---\n${write('c')}`);
    expect(await run([folder])).toEqual({
      code: 0,
      out: 'F/a.yaml: ok (default/a)\nF/b.yaml: ok (default/b, default/c)\n',
      err: '',
    });
  });

  test('prints a line for each fault and exits 1', async () => {
    const good = await put('a.yaml', write('a'));
    const bad = await put('b.yaml', `${write('b')}---\n${write('c', ', grace: { joining: 2h, leavin: 1m }')}`);
    expect(await run([good, bad])).toEqual({
      code: 1,
      out: [
        'F/a.yaml: ok (default/a)',
        'F/b.yaml (document 2): spec.grace.joining: "2h": is not from 0s to 30m; write a duration from 0s to 30m',
        'F/b.yaml (document 2): spec.grace.leavin: "1m": is not a field; write leaving',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('reads standard input', async () => {
    expect(await run(['-'], write('a'))).toEqual({ code: 0, out: '-: ok (default/a)\n', err: '' });
    expect((await run(['-'], '')).out).toBe('-: holds no policy; write a DaemonCoverage, or remove the file\n');
  });

  test('writes JSON', async () => {
    const { code, out } = await run(['-', '-o', 'json'], write('a', ', team: ""'));
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      {
        file: '-',
        policies: [],
        windows: [],
        skipped: 0,
        faults: [
          {
            document: 1,
            field: 'spec.team',
            value: '""',
            message: 'is empty',
            mend: 'write something, or leave the field out',
          },
        ],
      },
    ]);
  });

  test('skips and counts objects of other kinds, but a file of nothing else is a fault', async () => {
    const other = 'apiVersion: v1\nkind: Service\nmetadata: { name: s }\n---\n';
    expect(await run(['-'], `${other}${other}${write('a')}`)).toEqual({
      code: 0,
      out: '-: ok (default/a); 1 policy, 2 other objects skipped\n',
      err: '',
    });
    expect(await run(['-'], other)).toMatchObject({
      code: 1,
      out: '-: holds no policy, 1 other object skipped; write a DaemonCoverage, or leave the file out\n',
    });
  });

  test.each([
    ['kind', 'DaemonCoverage', 'DaemonCoverag'],
    ['apiVersion', 'rollcall.dev/v1alpha1', 'rolcall.dev/v1alpha1'],
  ])('a misspelt %s is a fault and nothing to skip', async (field, right, wrong) => {
    const { code, out } = await run(['-'], write('a').replace(right, wrong));
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining(`- (document 1): ${field}: "${wrong}": `) });
  });

  test('two policies for one DaemonSet are a fault', async () => {
    await put('a.yaml', write('a'));
    await put('b.yaml', write('b').replace('daemonSet: { name: b }', 'daemonSet: { name: a }'));
    const { code, out } = await run([folder]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^F\/[ab]\.yaml \(document 1\): spec\.daemonSet\.name: "a": is also the DaemonSet of the policy default\/[ab] in F\/[ab]\.yaml \(document 1\), which is the one that is evaluated; remove one/m,
    );
  });

  test('a file that cannot be read is exit code 2', async () => {
    const { code, out, err } = await run([join(folder, 'none.yaml')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: F\/none\.yaml: cannot be read: ENOENT.*; check the path and its permissions\n$/);
  });

  test('does not take an empty folder for valid', async () => {
    expect(await run([folder])).toEqual({
      code: 1,
      out: '',
      err: 'error: F: no *.yaml, *.yml or *.json file is there\n',
    });
  });

  test('is told the namespace of the collector', async () => {
    const text = write('a').replace('daemonSet: { name: a }', 'daemonSet: { name: a, namespace: kube-system }');
    expect((await run(['-'], text)).code).toBe(1);
    expect((await run(['-', '--collector-namespace', 'default'], text)).code).toBe(0);
  });

  test.each([
    [[], 'error: no FILE is given; name files or folders, or - for standard input\n'],
    [['-o', 'xml', '-'], 'error: --output: "xml" is unknown; use json or leave it out\n'],
    [['--strict', '-'], 'error: --strict is unknown; use one of --'],
  ])('refuses the arguments %j with exit code 2', async (argv, words) => {
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
    expect(err).toContain("See 'rollcall validate --help' for usage.\n");
  });
});
