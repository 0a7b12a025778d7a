/** The tables of a journal, version by version. */
import type { DatabaseSync } from 'node:sqlite';

/**
 * One step each, never changed once released; `PRAGMA user_version` says how many were taken. Time comes first in every key: what is
 * written together lies together, and what is too old goes in one piece.
 */
const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE lives (life INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL) STRICT;

  CREATE TABLE policies (
    policy_uid TEXT PRIMARY KEY, cluster TEXT NOT NULL, namespace TEXT NOT NULL, daemonset TEXT NOT NULL,
    hour INTEGER NOT NULL, at_ms INTEGER NOT NULL, nodes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE memories (
    policy_uid TEXT NOT NULL, node_uid TEXT NOT NULL, wall_ms INTEGER NOT NULL, gone INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (policy_uid, node_uid)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE transitions (
    wall_ms INTEGER NOT NULL, life INTEGER NOT NULL, sequence INTEGER NOT NULL, cluster TEXT NOT NULL,
    policy_uid TEXT NOT NULL, node_uid TEXT NOT NULL, node TEXT NOT NULL, pool TEXT NOT NULL,
    from_state TEXT NOT NULL, to_state TEXT NOT NULL, reason TEXT NOT NULL, evidence TEXT NOT NULL,
    PRIMARY KEY (wall_ms, life, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX transitions_by_node ON transitions (node, wall_ms);

  CREATE TABLE moments (
    wall_ms INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, cluster TEXT NOT NULL, policy_uid TEXT NOT NULL,
    node_uid TEXT NOT NULL, node TEXT NOT NULL, pool TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (wall_ms, id)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX moments_by_id ON moments (id);
  CREATE INDEX moments_by_node ON moments (node, wall_ms);

  CREATE TABLE hourly (
    hour INTEGER NOT NULL, kind TEXT NOT NULL, cluster TEXT NOT NULL, policy_uid TEXT NOT NULL, pool TEXT NOT NULL,
    sli TEXT NOT NULL, reason TEXT NOT NULL, replica TEXT NOT NULL,
    valid_ms INTEGER NOT NULL, good_ms INTEGER NOT NULL, unobserved_ms INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (hour, kind, cluster, policy_uid, pool, sli, reason, replica)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE exclusions (
    id TEXT PRIMARY KEY, cluster TEXT NOT NULL, recorded_ms INTEGER NOT NULL, author TEXT NOT NULL, reason TEXT NOT NULL,
    namespace TEXT NOT NULL, daemonset TEXT NOT NULL, pool TEXT NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL,
    revokes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER exclusions_stay BEFORE DELETE ON exclusions BEGIN SELECT raise(ABORT, 'the ledger is only added to'); END;
  CREATE TRIGGER exclusions_are_final BEFORE UPDATE ON exclusions BEGIN SELECT raise(ABORT, 'the ledger is only added to'); END;
  `,
];

/** Takes the steps that are missing, each in a transaction of its own. Throws for a file that a later version has written. */
export function migrate(database: DatabaseSync): void {
  const { user_version: taken } = Object(database.prepare('PRAGMA user_version').get()) as { user_version: number };
  if (taken > STEPS.length)
    throw new Error(`the journal is of version ${taken}, and this collector knows ${STEPS.length}; use the newer one`);
  for (const [index, step] of STEPS.entries()) {
    if (index < taken) continue;
    database.exec(`BEGIN IMMEDIATE; ${step} PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
