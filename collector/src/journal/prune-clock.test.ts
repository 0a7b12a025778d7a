import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { createPruneClock } from './prune-clock.ts';
import { prune } from './write-store.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const START_MS = Date.parse('2026-11-26T00:00:00Z');
const HOURS = 30 * 24;

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  migrate(database);
});

/** 30 days of hours, and the life that wrote them. */
function fill(): void {
  database.prepare('INSERT INTO lives VALUES (1, ?, ?)').run(START_MS - 30 * DAY_MS, START_MS);
  const write = database.prepare(
    "INSERT INTO hourly VALUES (?, 'hour', 'c', 'p', '', 'coverage', '', 'r', 1, 1, 0, '')",
  );
  for (let hour = 0; hour < HOURS; hour += 1) write.run(START_MS - hour * 3_600_000);
}

/** Prunes four times in `lastsMs` of a process life whose wall clock is off by `offMs`. */
function live(fromMs: number, offMs: number, lastsMs = 3_600_000): number {
  const clock = createPruneClock(database, { wallMs: fromMs + offMs, monoMs: 5 });
  let at = 0;
  for (let quarter = 0; quarter <= 4; quarter += 1) {
    const passedMs = (quarter * lastsMs) / 4;
    at = clock({ wallMs: fromMs + offMs + passedMs, monoMs: 5 + passedMs });
    prune(database, at);
  }
  return at;
}

function kept(): number {
  return Number(database.prepare('SELECT count(*) AS rows FROM hourly').get()?.['rows']);
}

test('a wall clock that is years ahead deletes nothing, in this life and the next ones', () => {
  fill();
  for (let life = 0; life < 20; life += 1) {
    live(START_MS, 3 * YEAR_MS);
    // What such a life writes is dated by its clock.
    database.prepare('INSERT INTO lives VALUES (?, 0, ?)').run(life + 2, START_MS + 3 * YEAR_MS);
  }
  expect(kept()).toBe(HOURS);
  // The clock is mended: it is as if nothing had been.
  expect(live(START_MS + DAY_MS, 0)).toBeLessThanOrEqual(START_MS + DAY_MS + 3_600_000);
  expect(kept()).toBe(HOURS);
});

test('what is too old goes when time has passed, also when part of it passed while nobody ran', () => {
  fill();
  live(START_MS, 0, DAY_MS);
  const awayMs = 401 * DAY_MS;
  live(START_MS + awayMs, 0, 60_000);
  expect(kept()).toBe(HOURS);
  for (let day = 0; day < 402; day += 1) live(START_MS + awayMs + day * DAY_MS, 0, DAY_MS);
  expect(kept()).toBe(0);
});

test('a new file is pruned by the wall clock, and one that was behind by what it says now', () => {
  expect(live(START_MS, 0, 60_000)).toBe(START_MS + 60_000);
  expect(live(START_MS, -YEAR_MS, 60_000)).toBe(START_MS - YEAR_MS + 60_000);
});
