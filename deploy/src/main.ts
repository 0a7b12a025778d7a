/** `node deploy/src/main.ts`: writes deploy/kubernetes anew. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { renderFiles } from './files.ts';

const folder = join(import.meta.dirname, '../kubernetes');

// Emptied first, so that no file outlives its renaming.
rmSync(folder, { recursive: true, force: true });
for (const [name, text] of renderFiles(manifest.version)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
