/** Net: types by tsc, and the `exports` of the packages, which tsc and Node both refuse to walk around. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { runTool, type Catch, type Finding, type Net } from './net.ts';

const RULES = new Map([
  ['type-check', 'what does not type-check is not known to work'],
  ['deep-import', 'a package has one door: what is behind it may change without notice'],
  ['one-door', 'a package without `exports` has as many doors as files'],
]);

/** The net of types and package doors. */
export const doorNet: Net = { name: 'types and exports', exact: true, readRules: async () => RULES, cast };

interface Manifest {
  readonly name: string;
  readonly workspaces?: readonly string[];
}

async function cast(root: string): Promise<Catch> {
  const { stdout, stderr } = await runTool(root, [
    'typescript/bin/tsc',
    '-p',
    '.',
    '--pretty',
    'false',
    '--listFilesOnly',
  ]);
  const files = stdout.split('\n').filter((file) => file !== '' && !file.includes('/node_modules/'));
  if (files.length === 0) throw new Error(`tsc saw no file:\n${stdout}${stderr}`);
  const faults = await runTool(root, ['typescript/bin/tsc', '-p', '.', '--pretty', 'false']);
  const packages = readManifest(root).workspaces ?? [];
  return {
    seen: `${files.length} files, ${packages.length} packages`,
    findings: [...readFaults(faults.stdout), ...packages.flatMap((folder) => findOpenDoor(root, folder))],
  };
}

function readFaults(stdout: string): Finding[] {
  const faults = stdout.matchAll(/^(?<file>[^(\n]+)\((?<line>\d+),\d+\): error (?<message>TS(?<code>\d+): .*)$/gm);
  return [...faults].flatMap(({ groups }) => {
    if (groups === undefined) return [];
    const { file = '', line, code, message = '' } = groups;
    const deep = code === '2307' && /'@rollcall\/[^/']+\//.test(message);
    return [{ rule: deep ? 'deep-import' : 'type-check', file, line: Number(line), message }];
  });
}

/** Asks Node itself: it must refuse to resolve a path into the package. */
function findOpenDoor(root: string, folder: string): Finding[] {
  const { name } = readManifest(join(root, folder));
  try {
    createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return [];
    throw error;
  }
  const message = `Node resolves ${name}/package.json: give it "exports" with its one door, or {} if nobody imports it`;
  return [{ rule: 'one-door', file: `${folder}/package.json`, message }];
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
