/**
 * Loaded into the collector's process by `--import`: writes to the file BENCH_HANDLER, once a second, how long each request took inside
 * (milliseconds from its headers being parsed to its answer being handed to the kernel) and how late a timer of 5 ms was, which is
 * what a request waits for before it is read. A line each: the time (Unix milliseconds), `request` or `loop`, the values. In JavaScript,
 * since the stripping of types would be laid to the charge of the contestant.
 */
import { subscribe } from 'node:diagnostics_channel';
import { appendFile } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const INTERVAL_MS = 5;
const path = process.env['BENCH_HANDLER'];

if (isMainThread && path !== undefined) {
  const begun = new WeakMap();
  let requests = [];
  let loop = [];
  subscribe('http.server.request.start', ({ request }) => {
    if (request.method === 'POST') begun.set(request, performance.now());
  });
  subscribe('http.server.response.finish', ({ request }) => {
    const at = begun.get(request);
    if (at !== undefined) requests.push((performance.now() - at).toFixed(3));
  });
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    loop.push(Math.max(0, now - last - INTERVAL_MS).toFixed(2));
    last = now;
  }, INTERVAL_MS).unref();
  setInterval(() => {
    const at = performance.timeOrigin + performance.now();
    const text = `${at} request ${requests.join(' ')}\n${at} loop ${loop.join(' ')}\n`;
    requests = [];
    loop = [];
    appendFile(path, text, () => undefined);
  }, 1_000).unref();
}
