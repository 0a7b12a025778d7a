/** Opens the file of a journal: one that cannot be read is set aside, and a new one begun. */
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { NodeMemory } from '@rollcall/contract';
import type { Recalled } from './batch.ts';
import { toFailure } from './journal-fault.ts';
import { migrate } from './migrate.ts';
import { recall, recallMemories } from './read-store.ts';
import type { Life } from './write-store.ts';

/** An open file, with this life's number in it. */
export interface OpenStore {
  readonly database: DatabaseSync;
  readonly life: Life;
  readonly recalled: Recalled;
}

/** How long a statement waits for somebody else's lock. The thread sleeps meanwhile, and nobody else does. */
const BUSY_MS = 500;

const PRAGMAS = [
  // One collector a file: a second one would write other totals under the same keys. It is also what works without shared memory.
  'PRAGMA locking_mode = EXCLUSIVE',
  'PRAGMA journal_mode = WAL',
  // A power cut may cost the last seconds, and never the file.
  'PRAGMA synchronous = NORMAL',
  'PRAGMA temp_store = MEMORY',
  'PRAGMA cache_size = -2000',
];

/** How a file is opened. */
export interface OpenOptions {
  readonly nowMs: number;
  /** The life that goes on with a file that was closed after a fault. */
  readonly life?: Life | undefined;
  /** A new name for the file, for a life that does not go on with its last hour. */
  readonly replica?: string | undefined;
  /** Takes what is remembered of nodes, piece by piece. */
  tell(memories: readonly NodeMemory[]): void;
}

/** Opens or creates the file. Throws what SQLite throws, but for a file that is damaged: that is renamed, and a new one is begun. */
export function openStore(path: string, options: OpenOptions): OpenStore {
  try {
    return open(path, options, undefined);
  } catch (error) {
    if (toFailure(error).fault !== 'corrupt') throw error;
    return open(path, options, setAside(path, options.nowMs));
  }
}

function open(path: string, options: OpenOptions, aside: string | undefined): OpenStore {
  // SQLite says of any folder that it cannot write to that a file cannot be opened.
  accessSync(dirname(path), constants.W_OK);
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    for (const pragma of PRAGMAS) database.exec(pragma);
    migrate(database);
    check(database);
    const replica = nameReplica(database, options);
    const recalled = { replica, ...recall(database, replica), setAside: aside };
    recallMemories(database, recalled.cuts, options.tell);
    return { database, life: { number: beginLife(database, options), replica }, recalled };
  } catch (error) {
    database.close();
    throw error;
  }
}

function beginLife(database: DatabaseSync, { nowMs, life }: OpenOptions): number {
  const last = Object(database.prepare('SELECT coalesce(max(life), 0) AS life FROM lives').get()) as { life: number };
  const number = life?.number ?? last.life + 1;
  database.prepare('INSERT OR IGNORE INTO lives VALUES (?, ?, 0)').run(number, nowMs);
  return number;
}

/** Most of a page that is damaged is found only by looking; a file of 400 days takes some seconds of a thread that nobody waits for. */
function check(database: DatabaseSync): void {
  const { quick_check: verdict } = Object(database.prepare('PRAGMA quick_check(1)').get()) as { quick_check?: string };
  if (verdict !== 'ok') throw Object.assign(new Error(`the journal is damaged: ${verdict}`), { errcode: 11 });
}

/** The file's own name among the replicas: it stays with the file, since a process that goes on with it goes on with its hours. */
function nameReplica(database: DatabaseSync, { life, replica }: OpenOptions): string {
  const given = life?.replica ?? replica;
  if (given !== undefined) database.prepare("INSERT OR REPLACE INTO meta VALUES ('replica', ?)").run(given);
  else database.prepare("INSERT OR IGNORE INTO meta VALUES ('replica', ?)").run(randomUUID());
  const { value } = Object(database.prepare("SELECT value FROM meta WHERE key = 'replica'").get()) as { value: string };
  return value;
}

/** Renames a damaged file and what belongs to it; answers its new path. */
export function setAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const aside = `${path}.corrupt-${stamp}`;
  for (const part of ['', '-wal', '-shm']) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
}
