import { describe, expect, test } from 'vitest';
import { expandWindow } from './expand-window.ts';

interface Wish {
  readonly rule: string;
  readonly start: string;
  readonly timeZone?: string;
  readonly duration?: string;
  readonly except?: string[];
}

/** The spells that begin within three days of an instant, in UTC and short. */
function around(
  at: string,
  { timeZone = 'Europe/Berlin', duration = '1h', except = [], ...wish }: Wish,
): readonly string[] {
  const nowMs = Date.parse(at);
  const short = (ms: number): string => new Date(ms).toISOString().slice(5, 16);
  return expandWindow({ recurring: { ...wish, timeZone, duration, except } }, nowMs)
    .filter(({ startsAt }) => Math.abs(startsAt - nowMs) < 3 * 86_400_000)
    .map(({ startsAt, endsAt }) => `${short(startsAt)} to ${short(endsAt)}`);
}

describe('where the clocks change', () => {
  const daily = { rule: 'FREQ=DAILY', start: '2026-01-01T02:30:00' };

  test('a time that spring leaves out does not happen on that day', () => {
    expect(around('2026-03-29T12:00:00Z', daily)).toEqual([
      '03-27T01:30 to 03-27T02:30',
      '03-28T01:30 to 03-28T02:30',
      '03-30T00:30 to 03-30T01:30',
      '03-31T00:30 to 03-31T01:30',
      '04-01T00:30 to 04-01T01:30',
    ]);
  });

  test('a time that autumn shows twice happens once, the first time', () => {
    expect(around('2026-10-25T12:00:00Z', daily)).toEqual([
      '10-23T00:30 to 10-23T01:30',
      '10-24T00:30 to 10-24T01:30',
      '10-25T00:30 to 10-25T01:30',
      '10-26T01:30 to 10-26T02:30',
      '10-27T01:30 to 10-27T02:30',
      '10-28T01:30 to 10-28T02:30',
    ]);
  });

  test('a window across the change lasts its duration in elapsed time, both ways', () => {
    const night = { rule: 'FREQ=DAILY', start: '2026-01-01T01:00:00', duration: '3h' };
    expect(around('2026-03-29T00:00:00Z', night)).toContain('03-29T00:00 to 03-29T03:00');
    expect(around('2026-10-25T00:00:00Z', night)).toContain('10-24T23:00 to 10-25T02:00');
  });

  test('a zone that changes by half an hour, and one south of the equator', () => {
    const lordHowe = { rule: 'FREQ=DAILY', start: '2026-01-01T01:45:00', timeZone: 'Australia/Lord_Howe' };
    expect(around('2026-04-04T12:00:00Z', lordHowe)).toContain('04-04T14:45 to 04-04T15:45');
    const santiago = { rule: 'FREQ=DAILY', start: '2026-01-01T00:30:00', timeZone: 'America/Santiago' };
    expect(around('2026-09-06T12:00:00Z', santiago).filter((text) => text.startsWith('09-06'))).toEqual([]);
  });
});

test.each<[string, string, Wish, readonly string[]]>([
  [
    'the second Tuesday',
    '2026-12-08T12:00:00Z',
    { rule: 'FREQ=MONTHLY;BYDAY=2TU', start: '2026-01-01T22:00:00' },
    ['12-08T21:00 to 12-08T22:00'],
  ],
  [
    'the last day of the month',
    '2027-02-28T12:00:00Z',
    { rule: 'FREQ=MONTHLY;BYMONTHDAY=-1', start: '2026-01-01T22:00:00' },
    ['02-28T21:00 to 02-28T22:00'],
  ],
  [
    'a day that a short month has not',
    '2027-02-28T12:00:00Z',
    { rule: 'FREQ=MONTHLY;BYMONTHDAY=31', start: '2026-01-31T22:00:00' },
    [],
  ],
  [
    'every second week, counted from the start',
    '2026-12-08T12:00:00Z',
    { rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', start: '2026-12-01T22:00:00' },
    [],
  ],
  [
    'no further than UNTIL',
    '2026-12-08T12:00:00Z',
    { rule: 'FREQ=DAILY;UNTIL=20261207T000000Z', start: '2026-12-05T22:00:00' },
    ['12-05T21:00 to 12-05T22:00', '12-06T21:00 to 12-06T22:00'],
  ],
  [
    'as often as COUNT',
    '2026-12-08T12:00:00Z',
    { rule: 'FREQ=DAILY;COUNT=1', start: '2026-12-08T22:00:00' },
    ['12-08T21:00 to 12-08T22:00'],
  ],
  [
    'but for what is excepted',
    '2026-12-24T12:00:00Z',
    { rule: 'FREQ=WEEKLY;BYDAY=TH,FR', start: '2026-12-01T22:00:00', except: ['2026-12-24T22:00:00'] },
    ['12-25T21:00 to 12-25T22:00'],
  ],
  [
    'at several hours',
    '2026-12-08T00:00:00Z',
    { rule: 'FREQ=WEEKLY;BYDAY=TU;BYHOUR=2,4;BYMINUTE=0,30', start: '2026-12-01T00:00:00', duration: '15m' },
    [
      '12-08T01:00 to 12-08T01:15',
      '12-08T01:30 to 12-08T01:45',
      '12-08T03:00 to 12-08T03:15',
      '12-08T03:30 to 12-08T03:45',
    ],
  ],
])('a rule happens on %s', (_, at, wish, expected) => {
  expect(around(at, wish)).toEqual(expected);
});

test('a rule whose next time is far off is known by it', () => {
  const yearly = {
    rule: 'FREQ=MONTHLY;INTERVAL=12',
    start: '2026-06-01T00:00:00',
    timeZone: 'UTC',
    duration: '1h',
    except: [],
  };
  expect(expandWindow({ recurring: yearly }, Date.parse('2026-12-01T00:00:00Z'))).toEqual([
    { startsAt: Date.parse('2027-06-01T00:00:00Z'), endsAt: Date.parse('2027-06-01T01:00:00Z') },
  ]);
});
