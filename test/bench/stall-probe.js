/**
 * Loaded into a contestant's process by `--import`: writes to the file BENCH_STALLS each time the event loop was held up, a line each
 * with the end (Unix milliseconds), the duration, and how much of it the thread was running (milliseconds; the rest it waited for a
 * core). A timer that is late is all there is to it, so it misses nothing. In JavaScript, since the stripping of types would be laid
 * to the charge of the contestant.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const INTERVAL_MS = 5;
const WORTH_A_LINE_MS = 10;

const path = process.env['BENCH_STALLS'];
if (isMainThread && path !== undefined) {
  const readCpuMs = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let last = performance.now();
  let lastCpu = readCpuMs();
  setInterval(() => {
    const now = performance.now();
    const cpu = readCpuMs();
    const lateMs = now - last - INTERVAL_MS;
    const ranMs = cpu - lastCpu;
    last = now;
    lastCpu = cpu;
    if (lateMs > WORTH_A_LINE_MS) appendFileSync(path, `${performance.timeOrigin + now} ${lateMs} ${ranMs}\n`);
  }, INTERVAL_MS).unref();
}
