/** Opens the journal that the flags ask for; nothing of the durable one is loaded for a collector that remembers in memory only. */
import type { HourlyRow, Journal, JournalReader, JournalStatus, LedgerEntry, PolicyName } from '@rollcall/contract';
import type { Logger } from 'pino';
import { createMemoryJournal } from '../journal/memory-journal.ts';
import type { Machine } from './system-clock.ts';

/** A journal with its health. `notes` is what an operator has to know now; `close` writes what waits and may be called twice. */
export interface OpenJournal extends Journal, JournalReader {
  status(): JournalStatus;
  notes(): readonly string[];
  /** The newest hour of another replica that is kept here; undefined without any. */
  newestForeign(): Promise<number | undefined>;
  /** Keeps rows of other replicas. */
  adopt(rows: readonly HourlyRow[], policies: readonly PolicyName[]): void;
  /** Adds entries to the ledger; resolves with how many were new, once they are written. */
  exclude(entries: readonly LedgerEntry[]): Promise<number>;
  exclusions(): Promise<readonly LedgerEntry[]>;
  close(): Promise<void>;
}

/** What it is opened with. */
export interface JournalHost {
  /** Undefined: in memory only. */
  readonly path: string | undefined;
  readonly log: Logger;
  readonly machine: Machine;
}

const IN_MEMORY: JournalStatus = { state: 'memory', queued: 0, dropped: 0, written: 0, lastWriteAgeMs: undefined };

/** Never rejects: a file that cannot be opened is said, and tried again while the collector goes on. */
export async function openJournal({ path, log, machine }: JournalHost): Promise<OpenJournal> {
  if (path === undefined) {
    log.info({}, 'history is kept in memory only and ends with this process; --journal PATH keeps it in a file');
    const { clock } = machine;
    const journal = createMemoryJournal({ wallMs: () => clock.wallMs() });
    return {
      ...journal,
      status: () => IN_MEMORY,
      notes: () => [],
      newestForeign: () => Promise.resolve(undefined),
      adopt: () => undefined,
      exclude: () =>
        Promise.reject(
          new Error('there is no ledger: history is kept in memory; start rollcall serve with --journal PATH'),
        ),
      exclusions: () => Promise.resolve([]),
      close: () => Promise.resolve(),
    };
  }
  const { openDurableJournal } = await import('../journal/durable-journal.ts');
  const { startWorker } = await import('../journal/start-worker.ts');
  return openDurableJournal({ path, log, ...machine, start: (listener) => startWorker(path, listener) });
}
