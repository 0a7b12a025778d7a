/**
 * Loaded into a contestant's process by `--import`: writes to the file BENCH_STALLS each time the event loop was held up, a line each
 * with the end (Unix milliseconds) and the duration (milliseconds). A timer that is late is all there is to it, so it misses nothing.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const INTERVAL_MS = 5;
const WORTH_A_LINE_MS = 10;

const path = process.env['BENCH_STALLS'];
if (isMainThread && path !== undefined) {
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    const lateMs = now - last - INTERVAL_MS;
    last = now;
    if (lateMs > WORTH_A_LINE_MS) appendFileSync(path, `${performance.timeOrigin + now} ${lateMs}\n`);
  }, INTERVAL_MS).unref();
}
