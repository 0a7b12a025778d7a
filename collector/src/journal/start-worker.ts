/** Starts the journal's thread. */
import { Worker } from 'node:worker_threads';
import type { Reply, Request } from './batch.ts';

/** The thread as its owner sees it: requests are answered one after another, or not at all while the disk stands still. */
export interface JournalThread {
  post(request: Request): void;
  /** Ends it at once. */
  end(): void;
}

/** Who hears of the thread. */
export interface ThreadListener {
  replied(reply: Reply): void;
  /** It ended by itself: it has to be started again. */
  died(why: string): void;
}

/** Memory that the thread's own heap may have: a page of history is read at a time, and what it is read into dies young. */
const HEAP = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 };

/** Starts a thread for the file at `path`; it opens nothing before it is asked to. It does not keep the process alive. */
export function startWorker(path: string, { replied, died }: ThreadListener): JournalThread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { path },
    resourceLimits: HEAP,
  });
  let ended = false;
  const end = (why: string): void => {
    if (ended) return;
    ended = true;
    died(why);
  };
  worker.on('message', replied);
  worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => end(`it ended with ${code}`));
  worker.unref();
  return {
    post: (request) => worker.postMessage(request),
    end: () => {
      ended = true;
      void worker.terminate();
    },
  };
}
