/** A file that canaries are written to: lines that are added, or a sample that is replaced. */
import { appendFile, rename, stat, writeFile } from 'node:fs/promises';
import { formatCanary, formatCanarySample, type CanaryRecord } from '@rollcall/contract';

const LONGEST_BYTES = 1 << 20;

/** Opens nothing; each write stands by itself and rejects with what the file system says. */
export function openCanaryFile(path: string): { write(record: CanaryRecord): Promise<void> } {
  return { write: (record) => (path.endsWith('.prom') ? replace(path, record) : add(path, record)) };
}

/** Whole or not at all: a collector may read at any time. */
async function replace(path: string, record: CanaryRecord): Promise<void> {
  const unfinished = `${path}.tmp`;
  await writeFile(unfinished, formatCanarySample(record));
  await rename(unfinished, path);
}

async function add(path: string, record: CanaryRecord): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size >= LONGEST_BYTES) await rename(path, `${path}.1`);
  await appendFile(path, `${formatCanary(record, (ms) => new Date(ms).toISOString())}\n`);
}
