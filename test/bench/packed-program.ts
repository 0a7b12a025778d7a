/** The collector as it is installed: packed, and unpacked below the repository, whose dependencies it then finds. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';

const REPOSITORY = new URL('../../', import.meta.url).pathname;
const FOLDER = new URL('../../.cache/bench/', import.meta.url).pathname;

/** Packs what is checked out and returns the path of its program. */
export function packProgram(): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const pack = ['run', '--silent', 'pack', '--', FOLDER];
  const tarball = execFileSync('npm', pack, { cwd: REPOSITORY, encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', tarball, '-C', FOLDER]);
  const program = `${FOLDER}package/bin/rollcall.js`;
  // As npm does when it installs.
  chmodSync(program, 0o755);
  return program;
}
