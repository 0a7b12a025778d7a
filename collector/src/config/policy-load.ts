/** Reads the texts of files and folders that hold policies. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyText } from './policy-text.ts';

/**
 * The texts of these files and, of a folder, of every *.yaml, *.yml and *.json in it (not below it); each file once, in the
 * order of the paths and then of the names. Never throws: what cannot be read is there with its fault.
 */
export async function loadPolicyTexts(paths: readonly string[]): Promise<readonly PolicyText[]> {
  const loaded = await Promise.all(paths.map(loadPath));
  return [...new Map(loaded.flat().map((text) => [text.file, text])).values()];
}

async function loadPath(path: string): Promise<readonly PolicyText[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await loadFile(path)];
    return await Promise.all((await listFolder(path)).map(loadFile));
  } catch (error) {
    return [unreadable(path, error)];
  }
}

async function listFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  // A mounted ConfigMap keeps its versions in folders behind `..`, and links to them from here.
  const wanted = names.filter((name) => !name.startsWith('.') && /[.](ya?ml|json)$/.test(name));
  return wanted.sort().map((name) => join(folder, name));
}

async function loadFile(file: string): Promise<PolicyText> {
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    return unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): PolicyText {
  const reason = error instanceof Error ? error.message : String(error);
  const fault = {
    field: '',
    value: '',
    message: `cannot be read: ${reason}`,
    mend: 'check the path and its permissions',
  };
  return { file, fault };
}
