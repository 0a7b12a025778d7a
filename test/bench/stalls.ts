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
  [Symbol.dispose](): void;
}

/** Ready to be given to one process. */
export function createStalls(): Stalls {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-stalls-'));
  const path = join(folder, 'stalls');
  writeFileSync(path, '');
  const probe = new URL('stall-probe.ts', import.meta.url).pathname;
  return {
    env: { BENCH_STALLS: path, NODE_OPTIONS: `--import=${probe}` },
    longest(fromMs, toMs = Number.POSITIVE_INFINITY) {
      const stalls = readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.split(' ').map(Number));
      const within = stalls.filter(([end = 0]) => end >= fromMs && end <= toMs);
      return Math.max(0, ...within.map(([, lasted = 0]) => lasted));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** The time, Unix milliseconds, on a clock that does not jump; the same in all processes of a machine. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
