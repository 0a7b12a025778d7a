/** The time by which history is pruned: a wall clock that is years ahead must not make it look old, since what is pruned is gone. */
import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../coverage/index.ts';

/** Tells the time to prune by. */
export type PruneClock = (now: Instant) => number;

/** After a time in which nobody ran the file it catches up as fast as time passes, and no faster. */
const PACE = 2;

/**
 * The clock of a file that was just opened, which keeps it in the file. It begins where it was, or at the newest moment of the file, and goes no
 * faster than twice the monotonic time, so that a jump of the wall clock deletes nothing at once, over restarts neither; it never is ahead of the wall clock.
 */
export function createPruneClock(database: DatabaseSync, opened: Instant): PruneClock {
  const keep = database.prepare("INSERT OR REPLACE INTO meta VALUES ('pruned_by', ?)");
  let [atMs, atMono] = [Math.min(opened.wallMs, readLast(database) ?? opened.wallMs), opened.monoMs];
  return ({ wallMs, monoMs }) => {
    atMs = Math.floor(Math.min(wallMs, atMs + PACE * (monoMs - atMono)));
    atMono = monoMs;
    keep.run(String(atMs));
    return atMs;
  };
}

function readLast(database: DatabaseSync): number | undefined {
  const kept = database.prepare("SELECT value FROM meta WHERE key = 'pruned_by'").get();
  if (kept !== undefined) return Number(kept['value']);
  const newest = Number(database.prepare('SELECT max(last_ms) AS ms FROM lives').get()?.['ms'] ?? 0);
  return newest > 0 ? newest : undefined;
}
