/** Writes batches into an open journal, and takes out what is too old. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { HourCut, HourlyRow, JournalRow, NodeMemory, TransitionRow } from '@rollcall/contract';
import type { Batch } from './batch.ts';

/** The process life that writes, and the name of its file among the replicas. */
export interface Life {
  readonly number: number;
  readonly replica: string;
}

/** Writes one batch in one transaction: all of it or, when it throws, nothing. */
export type WriteBatch = (batch: Batch) => void;

const SQL = {
  transition: 'INSERT OR IGNORE INTO transitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  forgetMoment: 'DELETE FROM moments WHERE id = ?',
  moment: 'INSERT OR REPLACE INTO moments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  hourly: 'INSERT OR REPLACE INTO hourly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  memory: 'INSERT OR REPLACE INTO memories VALUES (?, ?, ?, ?, ?)',
  policy: 'INSERT OR REPLACE INTO policies VALUES (?, ?, ?, ?, ?, ?, ?)',
  // Known by a peer only: nothing was cut here, and there is no gap to fill.
  name: "INSERT OR IGNORE INTO policies VALUES (?, ?, ?, ?, 0, 0, '[]')",
  life: 'UPDATE lives SET last_ms = max(last_ms, ?) WHERE life = ?',
} as const;

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

/** A writer of a database that is open. */
export function createWriter(database: DatabaseSync, life: Life): WriteBatch {
  const statements = Object.fromEntries(
    Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]),
  ) as Statements;
  let moments = 0;
  const writeRow = (row: JournalRow): void => {
    if (row.kind === 'transition') writeTransition(statements, row, life);
    else if (row.kind === 'hour' || row.kind === 'exclusion' || row.kind === 'lag')
      statements.hourly.run(...hourlyValues(row, life));
    else writeMoment(statements, row, nameMoment(row) ?? `${life.number} ${(moments += 1)}`);
  };
  return ({ rows, memories, cuts, foreign, policies }) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const row of rows) writeRow(row);
      for (const memory of memories) writeMemory(statements, memory);
      for (const cut of cuts) writeCut(statements, cut, life);
      for (const own of policies) statements.name.run(own.policyUid, own.cluster, own.namespace, own.daemonset);
      for (const row of foreign) if (row.replica !== life.replica) statements.hourly.run(...hourlyValues(row, life));
      database.exec('COMMIT');
    } catch (error) {
      // A full disk has rolled back by itself.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
}

function writeTransition({ transition, life: statement }: Statements, row: TransitionRow, life: Life): void {
  const { wallMs, sequence, cluster, policyUid, nodeUid, node, pool, from, to, reason, evidence } = row;
  transition.run(wallMs, life.number, sequence, cluster, policyUid, nodeUid, node, pool, from, to, reason, evidence);
  statement.run(wallMs, life.number);
}

/** What is the same moment whoever tells it: a join is told again by a life that does not know that the one before has counted it. */
function nameMoment(row: OtherMoment): string | undefined {
  if (row.kind === 'event') return `event ${row.eventUid}`;
  return row.kind === 'join' ? `join ${row.policyUid} ${row.nodeUid} ${row.outcome}` : undefined;
}

type OtherMoment = Exclude<JournalRow, TransitionRow | HourlyRow>;

function writeMoment({ moment, forgetMoment }: Statements, row: OtherMoment, id: string): void {
  const { kind, cluster, policyUid, nodeUid, node, pool, wallMs, ...body } = row;
  forgetMoment.run(id);
  moment.run(wallMs, id, kind, cluster, policyUid, nodeUid, node, pool, JSON.stringify(body));
}

function hourlyValues(row: HourlyRow, { replica }: Life): SQLInputValue[] {
  const { kind, cluster, policyUid, hour } = row;
  const key = [hour, kind, cluster, policyUid];
  const by = row.replica === '' ? replica : row.replica;
  switch (row.kind) {
    case 'hour':
      return [...key, row.pool, row.sli, row.reason, by, row.validMs, row.goodMs, row.unobservedMs, ''];
    case 'exclusion':
      return [...key, row.pool, '', row.rule, by, row.nodeMs, 0, 0, ''];
    case 'lag':
      return [...key, '', '', '', by, 0, 0, 0, JSON.stringify([row.boundsMs, row.counts, row.sumMs])];
  }
}

function writeMemory({ memory: statement }: Statements, memory: NodeMemory): void {
  const { policyUid, nodeUid, wallMs, gone, ...body } = memory;
  statement.run(policyUid, nodeUid, wallMs, gone ? 1 : 0, JSON.stringify(body));
}

function writeCut({ policy, hourly, life: statement }: Statements, cut: HourCut, life: Life): void {
  const { policyUid, cluster, namespace, daemonset, hour, atMs, nodes, rows } = cut;
  policy.run(policyUid, cluster, namespace, daemonset, hour, atMs, JSON.stringify(nodes));
  for (const row of rows) hourly.run(...hourlyValues(row, life));
  statement.run(atMs, life.number);
}

const DAY_MS = 86_400_000;
const HOURLY_MS = 400 * DAY_MS;
const MOMENTS_MS = 30 * DAY_MS;
/** So many rows of a table go at once: a write waits for no more than that. */
const PRUNED = 500;

/** Takes out some of what is too old: hours of 400 days ago, moments of 30, memories of nodes that are gone for a day. */
export function prune(database: DatabaseSync, nowMs: number): void {
  const limits = [
    ['transitions', 'wall_ms', nowMs - MOMENTS_MS],
    ['moments', 'wall_ms', nowMs - MOMENTS_MS],
    ['hourly', 'hour', nowMs - HOURLY_MS],
  ] as const;
  for (const [table, column, limit] of limits) {
    const last = database
      .prepare(`SELECT ${column} AS at FROM ${table} ORDER BY ${column} LIMIT 1 OFFSET ${PRUNED}`)
      .get();
    const end = Math.min(limit, Number((last as { at: number } | undefined)?.at ?? Infinity));
    // What shares its time with the last one goes along with it.
    database.prepare(`DELETE FROM ${table} WHERE ${column} <= ? AND ${column} < ?`).run(end, limit);
  }
  database.prepare('DELETE FROM memories WHERE gone = 1 AND wall_ms < ?').run(nowMs - DAY_MS);
  database.prepare('DELETE FROM policies WHERE at_ms > 0 AND at_ms < ?').run(nowMs - HOURLY_MS);
}
