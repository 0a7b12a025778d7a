/** Puts what a program measured into a page that people write. */
import { readFile, writeFile } from 'node:fs/promises';

/** The same in a file. */
export async function writeBetween(file: string, mark: string, text: string): Promise<void> {
  await writeFile(file, replaceBetween(await readFile(file, 'utf8'), mark, text));
}

/** Replaces what stands between `<!-- MARK begin -->` and `<!-- MARK end -->` of a page. Throws when the marks are not there. */
export function replaceBetween(page: string, mark: string, text: string): string {
  const [begin, end] = [`<!-- ${mark} begin -->`, `<!-- ${mark} end -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no marks ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
