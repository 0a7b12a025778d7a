import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatFault } from '@rollcall/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readPolicies } from './policy-files.ts';

const context = { cluster: '', collectorNamespace: 'rollcall-system' };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-policies-'));
});
afterEach(() => rm(folder, { recursive: true }));

function write(name: string, spec = ''): string {
  return `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: ${name}, namespace: default }\nspec: { daemonSet: { name: ${name} }${spec} }\n`;
}

async function put(file: string, text: string): Promise<string> {
  await writeFile(join(folder, file), text);
  return join(folder, file);
}

async function read(...paths: readonly string[]) {
  const { policies, rejected } = await readPolicies(paths, context);
  return {
    names: policies.map(({ name }) => name),
    faults: rejected.map(({ file, document, faults }) =>
      `${file}:${document} ${faults.map(formatFault).join(' | ')}`.replaceAll(folder, 'F'),
    ),
  };
}

describe('files', () => {
  test('hold one document, several, or a List, in YAML or JSON', async () => {
    const [one, several] = [
      await put('one.yaml', write('a')),
      await put('several.yml', `${write('b')}---\n${write('c')}`),
    ];
    const list = await put(
      'list.json',
      JSON.stringify({
        apiVersion: 'rollcall.dev/v1alpha1',
        kind: 'DaemonCoverageList',
        items: ['d', 'e'].map((name) => ({
          apiVersion: 'rollcall.dev/v1alpha1',
          kind: 'DaemonCoverage',
          metadata: { name, namespace: 'default' },
          spec: { daemonSet: { name } },
        })),
      }),
    );
    expect(await read(one, several, list)).toEqual({ names: ['a', 'b', 'c', 'd', 'e'], faults: [] });
  });

  test('that are bad in part lose that part only', async () => {
    const file = await put('mixed.yaml', `${write('a')}---\n${write('b', ', team: [1]')}---\n${write('c')}---\n{`);
    const { names, faults } = await read(file);
    expect(names).toEqual(['a', 'c']);
    expect(faults).toEqual([
      'F/mixed.yaml:2 spec.team: a list: is not a string; put it in quotes',
      expect.stringMatching(/^F\/mixed[.]yaml:4 is not YAML or JSON: .*; correct the syntax there$/),
    ]);
  });

  test('named twice are read once', async () => {
    const file = await put('a.yaml', write('a'));
    expect(await read(file, folder, file)).toEqual({ names: ['a'], faults: [] });
  });

  test('with the same policy are both at fault, and each names the other', async () => {
    await put('a.yaml', write('same'));
    await put('b.yaml', `${write('other')}---\n${write('same')}`);
    expect(await read(folder)).toEqual({
      names: ['other'],
      faults: [
        'F/a.yaml:1 metadata.name: "same": is also the name of the policy in F/b.yaml (document 2); rename or remove one of them',
        'F/b.yaml:2 metadata.name: "same": is also the name of the policy in F/a.yaml (document 1); rename or remove one of them',
      ],
    });
  });

  test('that are not there are at fault', async () => {
    const { faults } = await read(join(folder, 'none.yaml'));
    expect(faults).toEqual([
      expect.stringMatching(/^F\/none[.]yaml:0 cannot be read: ENOENT.*; check the path and its permissions$/),
    ]);
  });

  test('of any name are read when they are named', async () => {
    expect(await read(await put('policy.txt', write('a')))).toEqual({ names: ['a'], faults: [] });
  });
});

describe('folders', () => {
  test('give their YAML and JSON files in order, and nothing from below', async () => {
    await put('b.yml', write('b'));
    await put('a.yaml', write('a'));
    await put('notes.md', 'no policy');
    await put('.hidden.yaml', write('hidden'));
    await mkdir(join(folder, 'below.yaml'));
    await put('below.yaml/c.yaml', write('c'));
    const { names, faults } = await read(folder);
    expect(names).toEqual(['a', 'b']);
    expect(faults).toEqual([expect.stringContaining('F/below.yaml:0 cannot be read: EISDIR')]);
  });

  test('that are a mounted ConfigMap are read through its links', async () => {
    await mkdir(join(folder, '..2026_01'));
    await put('..2026_01/a.yaml', write('a'));
    await symlink('..2026_01', join(folder, '..data'));
    await symlink('..data/a.yaml', join(folder, 'a.yaml'));
    expect(await read(folder)).toEqual({ names: ['a'], faults: [] });
  });

  test('may be empty', async () => expect(await read(folder)).toEqual({ names: [], faults: [] }));
});
