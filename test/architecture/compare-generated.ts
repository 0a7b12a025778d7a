/** Generated files: committed, and equal to what their generators write. */
import { execFile } from 'node:child_process';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY, type Catch } from './net.ts';

const MARK = /generated, do not edit/i;

/** Files by path, with their text. */
type Snapshot = ReadonlyMap<string, string>;

/** Runs `npm run generate` and finds every generated file that it changed; they are right afterwards, and need a commit. */
export async function compareGenerated(): Promise<Catch> {
  const before = readGenerated();
  await promisify(execFile)('npm', ['run', '--silent', 'generate'], { cwd: REPOSITORY });
  const after = readGenerated();
  if (after.size === 0) throw new Error(`no file says ${MARK}`);
  const stale = listChanges(before, after);
  return {
    seen: `${after.size} files`,
    findings: stale.map((file) => ({ rule: 'generated', file, message: 'was stale and is now rewritten: commit it' })),
  };
}

/** The files that are in one snapshot only, or differ. */
export function listChanges(before: Snapshot, after: Snapshot): string[] {
  const files = new Set([...before.keys(), ...after.keys()]);
  return [...files].filter((file) => before.get(file) !== after.get(file)).toSorted();
}

/** Every file under a folder `generated`, and every other that says so at its beginning. */
export function readGenerated(): Snapshot {
  const files = globSync('{*.md,{alerts,collector,dashboards,deploy,docs,test}/**/*.{json,md,ts,txt,yaml,yml}}', {
    cwd: REPOSITORY,
    exclude: ['**/node_modules/**', 'test/architecture/**'],
  }).filter((file) => statSync(join(REPOSITORY, file)).isFile());
  const texts = files.map((file) => [file, readFileSync(join(REPOSITORY, file), 'utf8')] as const);
  return new Map(texts.filter(([file, text]) => file.includes('/generated/') || MARK.test(text.slice(0, 400))));
}
