/** What becomes of generated texts: printed, written into a folder, or held against what lies there. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { EXIT, type Io } from './command.ts';

/** A file to be: its name in the folder, and its text. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** Where the texts go; without a folder they are printed. */
interface Settling {
  readonly folder: string;
  readonly check: boolean;
  readonly io: Io;
}

/** Whether a file in the folder was written by the same generator, and may be replaced or removed by it. All others are left alone. */
type IsOurs = (file: TextFile) => boolean;

/** A generator's files say in their first line which one it was. JSON has no comments: a board tells by its description, under the name that we give it. */
function recognise(files: readonly TextFile[]): IsOurs {
  const heads = new Set(files.map(readHead));
  return (file) => (file.name.endsWith('.json') ? isOurBoard(file) : heads.has(readHead(file)));
}

function readHead({ text }: TextFile): string {
  return text.slice(0, text.indexOf('\n'));
}

function isOurBoard({ name, text }: TextFile): boolean {
  try {
    const { uid, description } = {
      ...(JSON.parse(text) as { readonly uid?: unknown; readonly description?: unknown }),
    };
    return `${String(uid)}.json` === name && /\(generated, do not edit: /.test(String(description));
  } catch {
    return false;
  }
}

/** Prints, writes or checks; answers the exit code. Of ours, files that are no longer made are removed. */
export async function settleFiles(files: readonly TextFile[], { folder, check, io }: Settling): Promise<number> {
  if (folder === '') {
    if (check) throw new Error('--check needs --out, the folder to look into');
    // JSON follows JSON as it is; only YAML needs to be told where a document ends.
    io.out(files.map(({ text }) => text).join(files.every(({ name }) => name.endsWith('.json')) ? '' : '---\n'));
    return EXIT.ok;
  }
  const old = await readOurs(folder, files);
  const differing = files.filter(({ name, text }) => old.get(name) !== text);
  const left = [...old.keys()].filter((name) => !files.some((file) => file.name === name));
  if (check) return report({ differing, left, old }, { folder, io });
  await makeFolder(folder);
  for (const { name, text } of differing) await writeFile(join(folder, name), text);
  for (const name of left) await rm(join(folder, name));
  return EXIT.ok;
}

/** With the folders above it. Node's own recursive way never ends where the system makes no folders, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder).catch((error: NodeJS.ErrnoException) => error);
  if (made === undefined || made.code === 'EEXIST') return;
  if (made.code !== 'ENOENT' || dirname(folder) === folder) throw made;
  await makeFolder(dirname(folder));
  await mkdir(folder);
}

/** What is there of ours by name, which of the new files differ from it, and which of it is made no longer. */
interface Difference {
  readonly old: ReadonlyMap<string, string>;
  readonly differing: readonly TextFile[];
  readonly left: readonly string[];
}

function report({ differing, left, old }: Difference, { folder, io }: Pick<Settling, 'folder' | 'io'>): number {
  for (const { name } of differing)
    io.err(
      `${join(folder, name)}: ${old.has(name) ? 'is not what would be generated' : 'is missing, or is not a generated file'}\n`,
    );
  for (const name of left) io.err(`${join(folder, name)}: would not be generated any more\n`);
  return differing.length + left.length === 0 ? EXIT.ok : EXIT.no;
}

async function readOurs(folder: string, files: readonly TextFile[]): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR' ? new Error(`--out: "${folder}" is a file, or below one; name a folder`) : error;
  });
  const endings = new Set(files.map(({ name }) => extname(name)));
  const alike = names.filter((name) => endings.has(extname(name)));
  const read = alike.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') }));
  const ours = (await Promise.all(read)).filter(recognise(files));
  return new Map(ours.map(({ name, text }) => [name, text]));
}
