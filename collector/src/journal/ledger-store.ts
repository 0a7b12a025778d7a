/** The ledger of exclusions in an open journal: entries are added and read; the tables refuse anything else. */
import type { DatabaseSync } from 'node:sqlite';
import type { LedgerEntry } from '@rollcall/contract';

/** All entries, oldest first. */
export function readLedger(database: DatabaseSync): readonly LedgerEntry[] {
  return database
    .prepare('SELECT * FROM exclusions ORDER BY recorded_ms, id')
    .all()
    .map((stored) => {
      const text = (name: string): string => String(stored[name]);
      return {
        id: text('id'),
        cluster: text('cluster'),
        recordedMs: Number(stored['recorded_ms']),
        author: text('author'),
        reason: text('reason'),
        namespace: text('namespace'),
        daemonset: text('daemonset'),
        pool: text('pool'),
        fromMs: Number(stored['from_ms']),
        toMs: Number(stored['to_ms']),
        revokes: text('revokes'),
      };
    });
}

/** Adds what is not there yet, by its id; answers how many came. Throws what SQLite throws, and then nothing was added. */
export function addToLedger(database: DatabaseSync, entries: readonly LedgerEntry[]): number {
  const insert = database.prepare('INSERT OR IGNORE INTO exclusions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  database.exec('BEGIN IMMEDIATE');
  try {
    let added = 0;
    for (const {
      id,
      cluster,
      recordedMs,
      author,
      reason,
      namespace,
      daemonset,
      pool,
      fromMs,
      toMs,
      revokes,
    } of entries)
      added += Number(
        insert.run(id, cluster, recordedMs, author, reason, namespace, daemonset, pool, fromMs, toMs, revokes).changes,
      );
    database.exec('COMMIT');
    return added;
  } catch (error) {
    // A full disk has rolled back by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
