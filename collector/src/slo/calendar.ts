/** When calendar windows begin and end in a time zone. Knows zones by Intl alone, whose list the runtime brings. */
import type { CalendarWindow, TimeSpan } from '@rollcall/contract';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Local clocks as if they were UTC: milliseconds since 1970 of the wall clock's reading. */
type LocalClock = (ms: number) => number;

/** The window of the calendar that an instant is in: from the first moment of its first day to that of the next one's. Throws for a zone that is none. */
export function findCalendarSpan({ unit, timeZone }: CalendarWindow, nowMs: number): TimeSpan {
  const clock = clockOf(timeZone);
  const { year, month, day } = toDate(Math.floor(clock(nowMs) / DAY_MS));
  const today = toDays(year, month, day);
  const span = (from: number, to: number): TimeSpan => ({
    fromMs: startOfDay(from, clock),
    toMs: startOfDay(to, clock),
  });
  switch (unit) {
    case 'Week': {
      // 1 January 1970 was a Thursday.
      const monday = today - ((today + 3) % 7);
      return span(monday, monday + 7);
    }
    case 'Month':
      return span(toDays(year, month, 1), toDays(year, month + 1, 1));
    case 'Quarter': {
      const first = month - ((month - 1) % 3);
      return span(toDays(year, first, 1), toDays(year, first + 3, 1));
    }
  }
}

function clockOf(timeZone: string): LocalClock {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const read = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
    const seconds = (read('hour') * 60 + read('minute')) * 60 + read('second');
    return toDays(read('year'), read('month'), read('day')) * DAY_MS + seconds * SECOND_MS + (ms % SECOND_MS);
  };
}

/**
 * The first instant of a local day. Midnight comes twice when clocks go back over it: then the first one. It does not come when they go
 * forth over it, or when a zone skips the day: then it is the instant at which they do.
 */
function startOfDay(days: number, clock: LocalClock): number {
  const midnight = days * DAY_MS;
  const offsetAt = (ms: number): number => clock(ms) - ms;
  const [before, after] = [offsetAt(midnight - DAY_MS), offsetAt(midnight + DAY_MS)];
  const struck = [midnight - before, midnight - after].filter((ms) => clock(ms) === midnight);
  if (struck.length > 0) return Math.min(...struck);
  let [early, late] = [midnight - Math.max(before, after), midnight - Math.min(before, after)];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (offsetAt(middle) === before) early = middle;
    else late = middle;
  }
  return late;
}

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const ERA_DAYS = 146_097;

/** Days since 1970 of a date of the Gregorian calendar; months beyond 12 are of the next year. */
function toDays(year: number, month: number, day: number): number {
  // Years begin in March, so that the leap day is the last of them.
  const [months, era] = [year * 12 + month - 3, 400];
  const [ownYear, ownMonth] = [Math.floor(months / 12), months % 12];
  const cycle = Math.floor(ownYear / era);
  const inCycle = ownYear - cycle * era;
  const inYear = Math.floor((153 * ownMonth + 2) / 5) + day - 1;
  return cycle * ERA_DAYS + inCycle * 365 + Math.floor(inCycle / 4) - Math.floor(inCycle / 100) + inYear - 719_468;
}

function toDate(days: number): CivilDate {
  const shifted = days + 719_468;
  const cycle = Math.floor(shifted / ERA_DAYS);
  const inCycle = shifted - cycle * ERA_DAYS;
  const leaps = Math.floor(inCycle / 1_460) - Math.floor(inCycle / 36_524) + Math.floor(inCycle / 146_096);
  const yearInCycle = Math.floor((inCycle - leaps) / 365);
  const inYear = inCycle - (365 * yearInCycle + Math.floor(yearInCycle / 4) - Math.floor(yearInCycle / 100));
  const shiftedMonth = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearInCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day };
}
