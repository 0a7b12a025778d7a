/** Reads what the probe in a contestant's process saw. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The stops of one process's event loop. */
export interface Stalls {
  /** What the process must have in its environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The longest that ended between two instants (Unix milliseconds); 0 if there was none worth noting. */
  longest(fromMs: number, toMs?: number): number;
  /** The most that the thread itself ran in one of those after an instant: less than `longest` where it waited for a core. */
  longestRun(fromMs: number): number;
  [Symbol.dispose](): void;
}

/** Ready to be given to one process. */
export function createStalls(): Stalls {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-stalls-'));
  const path = join(folder, 'stalls');
  writeFileSync(path, '');
  const probe = new URL('stall-probe.js', import.meta.url).pathname;
  const read = (fromMs: number, toMs: number): readonly (readonly number[])[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(' ').map(Number))
      .filter(([end = 0]) => end >= fromMs && end <= toMs);
  return {
    env: { BENCH_STALLS: path, NODE_OPTIONS: `--import=${probe}` },
    longest: (fromMs, toMs = Number.POSITIVE_INFINITY) =>
      Math.max(0, ...read(fromMs, toMs).map(([, lasted = 0]) => lasted)),
    longestRun: (fromMs) => Math.max(0, ...read(fromMs, Number.POSITIVE_INFINITY).map(([, , ran = 0]) => ran)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** The time, Unix milliseconds, on a clock that does not jump; the same in all processes of a machine. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
