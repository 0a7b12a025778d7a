/** Runs a program that reads JSON lines to their end. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A program, its arguments, and what it is fed: each value as a line of JSON. */
export interface FedProgram {
  readonly path: string;
  readonly args?: readonly string[];
  readonly lines: Iterable<unknown>;
}

/** What `read` makes of its output. Throws with the program's own complaint if it does not end with 0. */
export async function feedProgram<T>(
  { path, args = [], lines }: FedProgram,
  read: (output: Readable) => Promise<T>,
): Promise<T> {
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const [output, complaint] = await Promise.all([
    read(child.stdout),
    text(child.stderr),
    // If it ends early its exit code and complaint say more than the broken pipe does.
    pipeline(Readable.from(toTexts(lines)), child.stdin).catch(() => undefined),
  ]);
  const code = await ended;
  if (code !== 0) throw new Error(`it ended with code ${code}: ${complaint.trim()}`);
  return output;
}

// Several lines a write, since a write for each costs more than its line.
function* toTexts(lines: Iterable<unknown>): Generator<string> {
  let gathered = '';
  for (const line of lines) {
    gathered += `${JSON.stringify(line)}\n`;
    if (gathered.length < 1 << 16) continue;
    yield gathered;
    gathered = '';
  }
  yield gathered;
}
