/** Puts what a program measured into a page that people write. */
import { readFile, writeFile } from 'node:fs/promises';

/** Replaces what stands between `<!-- MARK begin -->` and `<!-- MARK end -->`. Throws when the marks are not there. */
export async function writeBetween(page: string, mark: string, text: string): Promise<void> {
  const old = await readFile(page, 'utf8');
  const [begin, end] = [`<!-- ${mark} begin -->`, `<!-- ${mark} end -->`];
  const [from, to] = [old.indexOf(begin), old.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page}: no marks ${begin} and ${end}`);
  await writeFile(page, `${old.slice(0, from + begin.length)}\n\n${text}\n\n${old.slice(to)}`);
}
