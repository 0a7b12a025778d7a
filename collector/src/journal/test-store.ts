/** Journals in files of their own, for tests: each life is a real thread on a real file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDurableJournal, type DurableJournal } from './durable-journal.ts';
import { startWorker } from './start-worker.ts';

/** One line that a journal logged. */
export type Said = readonly [message: string, fields: object];

/** A folder with a journal in it. `remove` ends every life that was not ended. */
export interface StoreFolder {
  readonly path: string;
  readonly said: Said[];
  /** `openLimitMs` where a case is about one that does not open. */
  open(openLimitMs?: number): Promise<DurableJournal>;
  remove(): Promise<void>;
}

/** A new folder; its journal is `journal.db` in `parent`, or in a folder of its own. */
export async function createStoreFolder(parent?: string): Promise<StoreFolder> {
  const folder = parent ?? (await mkdtemp(join(tmpdir(), 'rollcall-journal-')));
  const path = join(folder, 'journal.db');
  const lives: DurableJournal[] = [];
  const said: Said[] = [];
  const note = (fields: object, message: string): void => void said.push([message, fields]);
  return {
    path,
    said,
    open: async (openLimitMs = 30_000) => {
      const journal = await openDurableJournal({
        path,
        openLimitMs,
        clock: { monoMs: () => performance.now() },
        timers: {
          after: (ms, run) => {
            const timer = setTimeout(run, ms);
            return () => clearTimeout(timer);
          },
        },
        log: { info: note, warn: note },
        start: (listener) => startWorker(path, listener),
      });
      lives.push(journal);
      return journal;
    },
    remove: async () => {
      await Promise.all(lives.map((life) => life.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves once all that was appended is written; rejects after ten seconds with how the journal is. */
export async function written(journal: DurableJournal): Promise<void> {
  const end = performance.now() + 10_000;
  while (journal.status().queued > 0) {
    if (performance.now() > end) throw new Error(`not written: ${JSON.stringify(journal.status())}`);
    // A question has the scribe look at once.
    await journal.history({ node: '', limit: 1, beforeMs: 0 }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
