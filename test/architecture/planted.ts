/** The planted tree: a small project in which every rule is broken once; a mark beside each breach names the rule. */
import { cpSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REPOSITORY } from './net.ts';

const SOURCE = join(import.meta.dirname, 'planted');
const CONFIGURATION = [
  '.dependency-cruiser.mjs',
  '.oxlintrc.json',
  '.prettierignore',
  '.prettierrc.json',
  'knip.json',
  'test/architecture/house-rules.ts',
  'test/architecture/import-rules.ts',
  'test/architecture/import-table.ts',
  'tsconfig.json',
];

/** The rules that the marks of each file name, by file; as often as they are named. */
export type Marks = ReadonlyMap<string, readonly string[]>;

/** A copy of the planted tree: a project of its own under the configuration of this one. */
export interface PlantedTree {
  readonly root: string;
  readonly marks: Marks;
  /** Removes the copy; the caller must. */
  readonly remove: () => void;
}

/** Copies the planted tree to a temporary folder, where the tools cannot tell it from a repository. */
export function plant(): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'rollcall-planted-'));
  cpSync(SOURCE, root, { recursive: true });
  for (const file of CONFIGURATION) cpSync(join(REPOSITORY, file), join(root, file));
  linkPackages(root);
  return { root, marks: readMarks(), remove: () => rmSync(root, { recursive: true }) };
}

/** Gives the copy the installed packages of the repository, and its own workspaces beside them. */
function linkPackages(root: string): void {
  const installed = join(REPOSITORY, 'node_modules');
  const linked = join(root, 'node_modules');
  mkdirSync(join(linked, '@rollcall'), { recursive: true });
  for (const name of readdirSync(installed))
    if (name !== '@rollcall' && !name.startsWith('.')) symlinkSync(join(installed, name), join(linked, name));
  const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
  for (const folder of workspaces) {
    const { name } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string };
    symlinkSync(join(root, folder), join(linked, name));
  }
}

function readMarks(): Marks {
  const files = globSync('**/*.{ts,json}', { cwd: SOURCE });
  return new Map(files.map((file) => [file, readFileMarks(readFileSync(join(SOURCE, file), 'utf8'))]));
}

function readFileMarks(text: string): string[] {
  return [...text.matchAll(/caught: ([a-zA-Z/, -]+[a-z])/g)].flatMap(([, rules = '']) => rules.split(', '));
}
