/** Windows of the calendar against a slow reference: every day of one asked of Temporal, which the core does not use. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALENDAR_UNITS, type CalendarUnit } from '@rollcall/contract';
import { findCalendarSpan } from './calendar.ts';

const DAY_MS = 86_400_000;

const span = (unit: CalendarUnit, timeZone: string, at: string) => {
  const { fromMs, toMs } = findCalendarSpan({ unit, timeZone }, Date.parse(at));
  return [new Date(fromMs).toISOString(), new Date(toMs).toISOString()];
};

describe('a calendar window', () => {
  test.each([
    ['Week', 'UTC', '2026-01-01T12:00:00Z', '2025-12-29T00:00:00.000Z', '2026-01-05T00:00:00.000Z'],
    ['Month', 'Europe/Berlin', '2026-03-15T12:00:00Z', '2026-02-28T23:00:00.000Z', '2026-03-31T22:00:00.000Z'],
    ['Quarter', 'Europe/Berlin', '2026-11-01T00:00:00Z', '2026-09-30T22:00:00.000Z', '2026-12-31T23:00:00.000Z'],
    ['Month', 'Asia/Kathmandu', '2026-01-31T18:15:00Z', '2026-01-31T18:15:00.000Z', '2026-02-28T18:15:00.000Z'],
    ['Month', 'Australia/Lord_Howe', '2026-04-10T00:00:00Z', '2026-03-31T13:00:00.000Z', '2026-04-30T13:30:00.000Z'],
    // The week of 26 December 2011 had no Friday in Samoa.
    ['Week', 'Pacific/Apia', '2011-12-28T00:00:00Z', '2011-12-26T10:00:00.000Z', '2012-01-01T10:00:00.000Z'],
    // Egypt's clocks went from 0:00 to 1:00 on Friday, 1 May 1992 and 1 May 1998.
    ['Month', 'Africa/Cairo', '1992-05-10T00:00:00Z', '1992-04-30T22:00:00.000Z', '1992-05-31T21:00:00.000Z'],
    // Cuba's went from 0:00 to 1:00 on Sunday, 1 April 2001, and from 1:00 to 0:00 on 1 November 2015.
    ['Month', 'America/Havana', '2001-04-10T00:00:00Z', '2001-04-01T05:00:00.000Z', '2001-05-01T04:00:00.000Z'],
    ['Month', 'America/Havana', '2015-11-10T00:00:00Z', '2015-11-01T04:00:00.000Z', '2015-12-01T05:00:00.000Z'],
  ] as const)('%s in %s at %s', (unit, zone, at, from, to) => {
    expect(span(unit, zone, at)).toEqual([from, to]);
  });

  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Havana',
    'Africa/Cairo',
    'America/Asuncion',
    'Asia/Beirut',
    'Asia/Kathmandu',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Pacific/Apia',
    'Pacific/Kwajalein',
  ];

  test('begins and ends where Temporal says that another unit does, for any zone and time', () => {
    const parameters = { numRuns: 150, seed: 61 };
    const zone = fc.constantFrom(...zones);
    const at = fc.integer({ min: Date.UTC(1985, 0, 1), max: Date.UTC(2035, 0, 1) });
    fc.assert(
      fc.property(zone, fc.constantFrom(...CALENDAR_UNITS), at, (timeZone, unit, nowMs) => {
        const { fromMs, toMs } = findCalendarSpan({ unit, timeZone }, nowMs);
        expect(fromMs).toBeLessThanOrEqual(nowMs);
        expect(toMs).toBeGreaterThan(nowMs);
        const name = namer(unit, timeZone);
        // The minute before belongs to another unit, and every day in between to this one.
        for (const edge of [fromMs, toMs]) expect(name(edge)).not.toBe(name(edge - 60_000));
        for (let day = fromMs; day < toMs; day += DAY_MS) expect(name(day)).toBe(name(nowMs));
        expect(findCalendarSpan({ unit, timeZone }, toMs - 1)).toEqual({ fromMs, toMs });
        expect(findCalendarSpan({ unit, timeZone }, toMs).fromMs).toBe(toMs);
      }),
      parameters,
    );
  });
});

/** The unit that an instant is in, by Temporal, which the core does not use. */
function namer(unit: CalendarUnit, timeZone: string): (ms: number) => string {
  return (ms) => {
    const { year, month, weekOfYear, yearOfWeek } =
      Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
    if (unit === 'Week') return `${yearOfWeek} w${weekOfYear}`;
    return unit === 'Month' ? `${year}-${month}` : `${year} q${Math.ceil(month / 3)}`;
  };
}
