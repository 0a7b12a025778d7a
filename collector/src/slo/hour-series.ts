/** The hours of one SLI of one policy, all pools together: a ring of numbers, since a quarter of many policies is many hours. */

/** What an hour holds; node-milliseconds, of joins counts. */
export interface HourTimes {
  readonly valid: number;
  readonly good: number;
  readonly unobserved: number;
}

/** Counted; excused by a maintenance window, of coverage alone; and named by the ledger, which is counted where the cap is used up. */
export type HourPart = 'counted' | 'windows' | 'ledger';

const PARTS = { counted: 0, windows: 3, ledger: 6 } as const satisfies Record<HourPart, number>;
const WIDTH = 9;

const HOUR_MS = 3_600_000;
/** A quarter, the hours that its ends cut, and a day more, so that nothing is lost to a clock that goes ahead. */
const HOURS = 94 * 24;

/** How far back a series reaches. */
export const KEPT_MS = (HOURS - 24) * HOUR_MS;

/** A series. An hour that was never added to reads as nothing. */
export interface HourSeries {
  add(hour: number, part: HourPart, times: HourTimes): void;
  read(hour: number, part: HourPart): HourTimes;
  /** Forgets what was added to an hour and to those behind it, to be read anew. */
  clearFrom(hour: number): void;
  /** The first hour that holds anything; undefined before any. */
  first(): number | undefined;
}

const NOTHING: HourTimes = { valid: 0, good: 0, unobserved: 0 };

/** An empty series. Of hours that a ring apart share a place the later one is kept. */
export function createHourSeries(): HourSeries {
  const stamps = new Float64Array(HOURS);
  const cells = new Float64Array(HOURS * WIDTH);
  const placeOf = (hour: number): number => Math.round(hour / HOUR_MS) % HOURS;
  return {
    add: (hour, part, { valid, good, unobserved }) => {
      const place = placeOf(hour);
      const stamp = stamps[place] ?? 0;
      if (stamp > hour) return;
      if (stamp < hour) cells.fill(0, place * WIDTH, (place + 1) * WIDTH);
      stamps[place] = hour;
      const at = place * WIDTH + PARTS[part];
      cells.set([(cells[at] ?? 0) + valid, (cells[at + 1] ?? 0) + good, (cells[at + 2] ?? 0) + unobserved], at);
    },
    read: (hour, part) => {
      const place = placeOf(hour);
      if (stamps[place] !== hour) return NOTHING;
      const at = place * WIDTH + PARTS[part];
      return { valid: cells[at] ?? 0, good: cells[at + 1] ?? 0, unobserved: cells[at + 2] ?? 0 };
    },
    clearFrom: (hour) => {
      for (const [place, stamp] of stamps.entries()) if (stamp >= hour) stamps[place] = 0;
    },
    first: () => {
      let first = Infinity;
      for (const stamp of stamps) if (stamp > 0 && stamp < first) first = stamp;
      return first === Infinity ? undefined : first;
    },
  };
}
