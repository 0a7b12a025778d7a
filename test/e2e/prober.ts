/** Asks a server again and again on a thread of its own, so that a busy test does not slow down what it measures. */
import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** What a prober found: milliseconds to each whole answer, shortest first, and what was no 200. */
export interface ProbeTimes {
  readonly times: readonly number[];
  readonly failures: readonly string[];
}

/** Asks for a URL every 20 ms, each time on a new connection, until `stop` is called. */
export function startProber(url: string): { readonly stop: () => Promise<ProbeTimes> } {
  const worker = new Worker(new URL(import.meta.url), { workerData: url });
  const found = new Promise<ProbeTimes>((resolve, reject) => worker.once('message', resolve).once('error', reject));
  return {
    stop: () => {
      worker.postMessage('stop');
      return found;
    },
  };
}

function ask(url: string): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent: false, timeout: 10_000 }, (response) => {
      response.resume().once('close', () => resolve(response.complete ? String(response.statusCode) : 'cut'));
    })
      .once('timeout', () => resolve('no answer within 10 s'))
      .once('error', (error) => resolve(error.message));
  });
}

async function probe(url: string): Promise<void> {
  let stopped = false;
  parentPort?.once('message', () => (stopped = true));
  const times: number[] = [];
  const failures: string[] = [];
  do {
    const began = performance.now();
    const status = await ask(url);
    if (status === '200') times.push(performance.now() - began);
    else failures.push(status);
    await pause(20);
  } while (!stopped);
  parentPort?.postMessage({ times: times.toSorted((a, b) => a - b), failures } satisfies ProbeTimes);
}

if (!isMainThread && typeof workerData === 'string') void probe(workerData);
