import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('rollcall.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function run(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

it('tells the version of its package', () => {
  expect(run(program, '--version')).toMatchObject({ status: 0, stdout: `rollcall ${version}\n`, stderr: '' });
});

it.each(['23.9.0', '20.20.2', '8.0.0'])('refuses Node %s with what is needed and how to get it', (old) => {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${old}' })`;
  const { status, stdout, stderr } = run('--import', `data:text/javascript,${encodeURIComponent(pretend)}`, program);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(
    /^error: rollcall needs Node 24 or newer, and this is v.* https:\/\/nodejs\.org\/.*npm ci.*\n$/,
  );
});
