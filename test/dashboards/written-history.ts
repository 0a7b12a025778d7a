/** Weeks of seeded history in the journal of a collector that has been there for seconds, so that budgets have a past. */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { seedNumbers } from '../e2e/random.ts';

const HOUR_MS = 3_600_000;
/** A twentieth of the hours have a loss of up to a fifth. */
const LOSSY = 0.05;
const LOSS = 0.2;

/** Writes so many days of hours before the current one, for each row that the journal has of the current one. */
export function writeHistory(path: string, days: number, seed: number): void {
  const chance = seedNumbers(seed);
  const database = new DatabaseSync(path);
  try {
    const known = database.prepare("SELECT * FROM hourly WHERE kind = 'hour' AND reason = ''").all();
    if (known.length === 0) throw new Error(`${path}: no hour is known yet`);
    for (const row of known) {
      const columns = Object.keys(row);
      const places = columns.map(() => '?').join();
      const insert = database.prepare(
        `INSERT INTO hourly (${columns.join()}) VALUES (${places}) ON CONFLICT DO NOTHING`,
      );
      const current = Number(row['hour']);
      for (let hour = current - days * 24 * HOUR_MS; hour < current; hour += HOUR_MS) {
        const valid = 20 * HOUR_MS;
        const good = Math.round(valid * (chance() < LOSSY ? 1 - chance() * LOSS : 1));
        const own: Record<string, SQLInputValue> = { ...row, hour, valid_ms: valid, good_ms: good, unobserved_ms: 0 };
        insert.run(...columns.map((column) => own[column] ?? null));
      }
    }
  } finally {
    database.close();
  }
}
