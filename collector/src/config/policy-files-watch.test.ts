import { mkdtemp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchPolicyFiles, type PolicyChange } from './policy-files-watch.ts';

let folder: string;
let watching: Watching;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-watch-'));
});
afterEach(async () => {
  await watching.stop();
  await rm(folder, { recursive: true });
});

/** A watch whose time passes only when the test says so. */
interface Watching {
  /** Lets one interval pass; answers what the watch then reported, if anything. */
  look(): Promise<PolicyChange | undefined>;
  stop(): Promise<void>;
}

async function watch(...paths: readonly string[]): Promise<Watching> {
  const abort = new AbortController();
  const asleep = Promise.withResolvers<void>();
  const state = { change: undefined as PolicyChange | undefined, wake: () => {}, asleep };
  const ended = watchPolicyFiles({
    paths,
    context: { cluster: '', collectorNamespace: 'rollcall-system' },
    intervalMs: 2000,
    signal: abort.signal,
    onChange: (change) => {
      state.change = change;
    },
    sleep: (ms, signal) => {
      expect(ms).toBe(2000);
      const waking = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => waking.resolve(), { once: true });
      state.wake = waking.resolve;
      state.asleep.resolve();
      return waking.promise;
    },
  });
  await state.asleep.promise;
  return {
    look: async () => {
      state.change = undefined;
      state.asleep = Promise.withResolvers<void>();
      state.wake();
      await state.asleep.promise;
      return state.change;
    },
    stop: async () => {
      abort.abort();
      await ended;
    },
  };
}

function write(name: string, more = ''): string {
  return `apiVersion: rollcall.dev/v1alpha1\nkind: DaemonCoverage\nmetadata: { name: ${name}, namespace: default }\nspec: { daemonSet: { name: ${name} }${more} }\n`;
}

function put(file: string, text: string): Promise<void> {
  return writeFile(join(folder, file), text);
}

function teams(change: PolicyChange | undefined): readonly string[] | undefined {
  return change?.policies.map(({ name, team }) => `${name}:${team}`).toSorted();
}

function kept(change: PolicyChange | undefined): readonly string[] | undefined {
  return change?.rejected.flatMap(({ inForce }) => inForce);
}

test('reports the full set at the start, after a change, and never without one', async () => {
  await put('a.yaml', write('a'));
  const starts: PolicyChange[] = [];
  const abort = new AbortController();
  const first = watchPolicyFiles({
    paths: [folder],
    context: { cluster: '', collectorNamespace: '' },
    intervalMs: 1,
    signal: abort.signal,
    onChange: (change) => starts.push(change),
    sleep: async () => abort.abort(),
  });
  await first;
  expect(starts.map(teams)).toEqual([['a:']]);

  watching = await watch(folder);
  expect(await watching.look()).toBeUndefined();
  await put('a.yaml', write('a', ', team: x'));
  expect(teams(await watching.look())).toEqual(['a:x']);
  await put('b.yaml', write('b'));
  expect(teams(await watching.look())).toEqual(['a:x', 'b:']);
  expect(await watching.look()).toBeUndefined();
});

test('gives a policy that did not change as the same object', async () => {
  await put('a.yaml', write('a', ', nodes: { minimum: { p: 1 } }'));
  watching = await watch(folder);
  await put('b.yaml', write('b'));
  const before = (await watching.look())?.policies.find(({ name }) => name === 'a');
  await rm(join(folder, 'b.yaml'));
  const after = (await watching.look())?.policies.find(({ name }) => name === 'a');
  expect(after).toBe(before);
});

test('keeps the last valid version of a policy that becomes invalid, says so, and lets the others go on', async () => {
  await put('a.yaml', write('a', ', team: x'));
  await put('b.yaml', write('b'));
  watching = await watch(folder);
  await put('a.yaml', write('a', ', tea: y'));
  await put('b.yaml', write('b', ', team: z'));
  const broken = await watching.look();
  expect(teams(broken)).toEqual(['a:x', 'b:z']);
  expect(broken?.rejected).toMatchObject([{ name: 'a', namespace: 'default', document: 1, inForce: ['default/a'] }]);
  await put('a.yaml', write('a', ', team: y'));
  const mended = await watching.look();
  expect(teams(mended)).toEqual(['a:y', 'b:z']);
  expect(mended?.rejected).toEqual([]);
});

test.each([
  ['cannot be parsed', '{'],
  ['is empty', ''],
])('keeps all policies of a file that %s', async (_, text) => {
  await put('a.yaml', `${write('a')}---\n${write('b')}`);
  watching = await watch(folder);
  await put('a.yaml', text);
  const broken = await watching.look();
  expect(teams(broken)).toEqual(['a:', 'b:']);
  expect(kept(broken)).toEqual(['default/a', 'default/b']);
});

test('keeps the policies of a path that is not there for a moment', async () => {
  const path = join(folder, 'policies');
  await mkdir(path);
  await put('policies/a.yaml', write('a'));
  watching = await watch(`${path}/`);
  await rename(path, `${path}.old`);
  expect(kept(await watching.look())).toEqual(['default/a']);
  await rename(`${path}.old`, path);
  const back = await watching.look();
  expect([teams(back), kept(back)]).toEqual([['a:'], []]);
});

test('ends a policy whose document or file is removed', async () => {
  await put('a.yaml', `${write('a')}---\n${write('b')}`);
  await put('c.yaml', write('c'));
  watching = await watch(folder);
  await put('a.yaml', write('a'));
  await rm(join(folder, 'c.yaml'));
  expect(teams(await watching.look())).toEqual(['a:']);
});

test('never began to know a policy that was invalid from the start', async () => {
  await put('a.yaml', write('a', ', tea: x'));
  watching = await watch(folder);
  await put('b.yaml', write('b'));
  const change = await watching.look();
  expect([teams(change), kept(change), change?.rejected.length]).toEqual([['b:'], [], 1]);
});

test('keeps the first of two policies that take one name', async () => {
  await put('a.yaml', write('same', ', team: x'));
  watching = await watch(folder);
  await put('b.yaml', write('same', ', team: y'));
  const change = await watching.look();
  expect([teams(change), change?.rejected.length]).toEqual([['same:x'], 2]);
});

test('follows a policy to another file', async () => {
  await put('a.yaml', write('a', ', team: x'));
  watching = await watch(folder);
  await rm(join(folder, 'a.yaml'));
  await put('b.yaml', write('a', ', team: y'));
  const change = await watching.look();
  expect([teams(change), change?.rejected]).toEqual([['a:y'], []]);
});

test('sees the links of a mounted ConfigMap swapped', async () => {
  for (const [version, team] of [
    ['1', 'x'],
    ['2', 'y'],
  ] as const) {
    await mkdir(join(folder, `..${version}`));
    await put(`..${version}/a.yaml`, write('a', `, team: ${team}`));
  }
  await symlink('..1', join(folder, '..data'));
  await symlink('..data/a.yaml', join(folder, 'a.yaml'));
  watching = await watch(folder);
  await symlink('..2', join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  expect(teams(await watching.look())).toEqual(['a:y']);
});
