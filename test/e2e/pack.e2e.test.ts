import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

  it('ships JavaScript alone, and nothing that is written for tests', () => {
    const files = readdirSync(join(folder, 'node_modules/rollcall'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('dist/main.js');
    expect(files.filter((file) => /\.ts$|\.test\.|\.cases\.|(^|\/)test-/.test(file))).toEqual([]);
  });
});
