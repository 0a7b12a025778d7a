/** Reads the file of a journal that no collector holds: after its end, or a copy of it. */
import { DatabaseSync } from 'node:sqlite';
import type { JournalReader } from '@rollcall/contract';
import { toFailure } from './journal-fault.ts';
import { readHistory, readHours, readJoins, readLags, readLost } from './read-store.ts';

/** Opens the file for reading. Throws with the mend when it cannot be read. */
export function readJournalFile(path: string): JournalReader & { readonly durable: true; close(): void } {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    database.prepare('SELECT count(*) FROM meta').get();
    return {
      durable: true,
      history: async (query) => Promise.resolve(readHistory(database, query)),
      lost: async (span) => Promise.resolve(readLost(database, span)),
      hours: async (query) => Promise.resolve(readHours(database, query)),
      lags: async (span) => Promise.resolve(readLags(database, span)),
      joins: async (sinceMs) => Promise.resolve(readJoins(database, sinceMs)),
      close: () => database.close(),
    };
  } catch (error) {
    const { fault, message } = toFailure(error);
    const mend =
      fault === 'locked'
        ? 'a collector holds it: ask that one, with --server'
        : 'name the file that rollcall serve --journal wrote';
    throw new Error(`cannot read the journal ${path}: ${message}; ${mend}`, { cause: error });
  }
}
