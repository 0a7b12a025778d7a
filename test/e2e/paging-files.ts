/** What `rollcall generate alertmanager` wrote, as Alertmanager and its tool are given it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigFiles } from '../control-plane/index.ts';

/** All files of a folder. */
export async function readConfigFiles(folder: string): Promise<ConfigFiles> {
  const names = await readdir(folder);
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  const files: Record<string, string> = Object.fromEntries(texts);
  return { ...files, 'alertmanager.yaml': files['alertmanager.yaml'] ?? '' };
}
