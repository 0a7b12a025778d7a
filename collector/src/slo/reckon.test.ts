/** Budgets against brute force: every second of a random series counted one by one. */
import { describe, expect, test } from 'vitest';
import { budgetOf, type LedgerEntry, type HourRow, type Objective } from '@rollcall/contract';
import { splitHours } from '../sli/index.ts';
import { createBudgetBook } from './budget-book.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-03-30T13:20:30Z');
const UID = 'p';
const POLICIES = [{ policyUid: UID, cluster: '', namespace: 'ns', daemonset: 'ds' }];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const KEY = {
  kind: 'hour',
  cluster: '',
  policyUid: UID,
  pool: 'a',
  sli: 'coverage',
  reason: '',
  replica: 'r',
} as const;

/** Hours of so many days up to now, even within each of them, with gaps and windows of maintenance. */
function makeRows(seed: number, days: number): HourRow[] {
  const random = createRandom(seed);
  const current = NOW - (NOW % HOUR_MS);
  return Array.from({ length: days * 24 + 1 }, (_, back) => current - back * HOUR_MS).flatMap((hour) => {
    const lengthMs = Math.min(HOUR_MS, NOW - hour);
    const nodes = 1 + Math.floor(random() * 200);
    const all = nodes * lengthMs;
    const unobservedMs = random() < 0.1 ? Math.floor(all * random()) : 0;
    const validMs = all - unobservedMs;
    const goodMs = random() < 0.2 ? Math.floor(validMs * random()) : validMs;
    const own: HourRow = { ...KEY, hour, validMs, goodMs, unobservedMs };
    if (random() > 0.02) return [own];
    return [
      own,
      { ...KEY, hour, reason: 'excused:Maintenance', validMs: lengthMs, goodMs: 0, unobservedMs: 0 } as const,
    ];
  });
}

interface Sums {
  valid: number;
  good: number;
  unobserved: number;
}

/** Walks the window second by second; a second has its share of the hour that it is in. */
function bruteForce(rows: readonly HourRow[], fromMs: number): Sums {
  const byHour = new Map(rows.map((row) => [row.hour, row]));
  const sums = { valid: 0, good: 0, unobserved: 0 };
  for (let ms = fromMs; ms < NOW; ms += 1_000) {
    const hour = ms - (ms % HOUR_MS);
    const row = byHour.get(hour);
    const share = 1_000 / Math.min(HOUR_MS, NOW - hour);
    sums.valid += (row?.validMs ?? 0) * share;
    sums.good += (row?.goodMs ?? 0) * share;
    sums.unobserved += (row?.unobservedMs ?? 0) * share;
  }
  return sums;
}

function objectiveOf(days: number, over: Partial<Objective> = {}): Objective {
  return { sli: 'coverage', target: 0.99, windowMs: days * DAY_MS, ...over };
}

function reckonRows(rows: readonly HourRow[], objective: Objective, exclusions: readonly LedgerEntry[] = []) {
  const book = createBudgetBook();
  book.take({ items: rows, policies: POLICIES, exclusions });
  return book.reckon(UID, objective, NOW);
}

function near(actual: number | undefined, expected: number): void {
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
}

describe('the budget of a window', () => {
  test.each(SEEDS)('is what counting every second gives, to 1e-9 (seed %d)', (seed) => {
    const rows = makeRows(seed, 35);
    const counted = rows.filter(({ reason }) => reason === '');
    for (const days of [1, 7, 28, 30]) {
      const { adjusted } = reckonRows(rows, objectiveOf(days));
      expect(adjusted.valid).toBeGreaterThan(0);
      const { valid, good, unobserved } = bruteForce(counted, NOW - days * DAY_MS);
      near(adjusted.valid, valid);
      near(adjusted.good, good);
      near(adjusted.unobserved, unobserved);
      near(adjusted.attainment?.low, good / (valid + unobserved));
      near(adjusted.attainment?.high, (good + unobserved) / (valid + unobserved));
      near(adjusted.budget?.spent, valid - good);
      near(adjusted.budget?.total, valid * 0.01);
      near(adjusted.budget?.leftRatio, 1 - (valid - good) / (valid * 0.01));
    }
  });

  test.each(SEEDS)('burns as counting every second says (seed %d)', (seed) => {
    const rows = makeRows(seed, 4).filter(({ reason }) => reason === '');
    const { burn } = reckonRows(rows, objectiveOf(30));
    for (const [name, hours] of [
      ['1h', 1],
      ['6h', 6],
      ['1d', 24],
      ['3d', 72],
    ] as const) {
      const { valid, good } = bruteForce(rows, NOW - hours * HOUR_MS);
      expect(burn[name]).toBeCloseTo((valid - good) / valid / budgetOf(0.99), 9);
    }
  });

  test.each(SEEDS)('leaves out what splitHours does, and has it in the raw figures (seed %d)', (seed) => {
    // On the hour, so that no hour is cut.
    const end = NOW - (NOW % HOUR_MS);
    const rows = makeRows(seed, 7).filter(({ hour }) => hour < end && hour >= end - 7 * DAY_MS);
    const entry = {
      id: 'e',
      cluster: '',
      recordedMs: 0,
      author: 'ana',
      reason: 'move',
      namespace: 'ns',
      daemonset: 'ds',
      pool: '',
      revokes: '',
      fromMs: end - 3 * DAY_MS,
      toMs: end - 2 * DAY_MS,
    };
    const { counted, excluded } = splitHours(rows, POLICIES, [entry]);
    const book = createBudgetBook();
    book.take({ items: rows, policies: POLICIES, exclusions: [entry] });
    const { adjusted, raw } = book.reckon(UID, objectiveOf(7), end);
    const valid = (own: readonly HourRow[]): number => own.reduce((sum, { validMs }) => sum + validMs, 0);
    expect(excluded.length).toBeGreaterThan(0);
    near(adjusted.valid, valid(counted.filter(({ reason }) => reason === '')));
    near(raw.valid, valid(rows));
  });

  test('of a calendar window is of the whole of it, as if the rest went like what has been', () => {
    const rows = makeRows(9, 60).filter(({ reason }) => reason === '');
    const calendar = { unit: 'Month', timeZone: 'Asia/Kathmandu' } as const;
    const { span, adjusted } = reckonRows(rows, objectiveOf(31, { calendar }));
    const { valid } = bruteForce(rows, span.fromMs);
    expect(valid).toBeGreaterThan(0);
    near(adjusted.valid, valid);
    near(adjusted.budget?.total, (valid * 0.01 * (span.toMs - span.fromMs)) / (NOW - span.fromMs));
  });

  test('is not known without history, and never NaN', () => {
    const { adjusted, burn, exhaustedInMs, historyRatio } = reckonRows([], objectiveOf(30));
    expect(adjusted).toEqual({ valid: 0, good: 0, unobserved: 0, attainment: null, met: null, budget: null });
    expect([burn['1h'], burn['3d'], exhaustedInMs, historyRatio]).toEqual([null, null, null, 0]);
  });

  test('is met only if it is with all unobserved time bad', () => {
    const row = { ...KEY, hour: NOW - (NOW % HOUR_MS), validMs: 99, goodMs: 99 };
    expect(reckonRows([{ ...row, unobservedMs: 1 }], objectiveOf(1)).adjusted.met).toBe(true);
    expect(reckonRows([{ ...row, unobservedMs: 2 }], objectiveOf(1)).adjusted.met).toBe(false);
  });

  test('is exhausted at the burn of the last hour', () => {
    const current = NOW - (NOW % HOUR_MS);
    const rows = Array.from({ length: 24 * 30 + 1 }, (_, back): HourRow => {
      const validMs = Math.min(HOUR_MS, NOW - current + back * HOUR_MS);
      return {
        ...KEY,
        hour: current - back * HOUR_MS,
        validMs,
        goodMs: back < 2 ? validMs * 0.9 : validMs,
        unobservedMs: 0,
      };
    });
    const { burn, adjusted, exhaustedInMs } = reckonRows(rows, objectiveOf(30));
    expect(burn['1h']).toBeCloseTo(10, 9);
    expect(exhaustedInMs).toBeCloseTo(((adjusted.budget?.leftRatio ?? 0) * 30 * DAY_MS) / 10, 3);
  });

  test('of joins is of counts, and of no more than the 30 days for which joins are kept', () => {
    const book = createBudgetBook();
    book.take({ items: makeRows(3, 60), policies: POLICIES, exclusions: [] });
    book.takeJoins([{ policyUid: UID, hour: NOW - (NOW % HOUR_MS) - DAY_MS, inTime: 97, late: 3 }]);
    const { adjusted, historyRatio } = book.reckon(UID, objectiveOf(60, { sli: 'join', target: 0.95 }), NOW);
    expect(adjusted).toMatchObject({ valid: 100, good: 97, attainment: { low: 0.97 }, met: true });
    near(adjusted.budget?.left, 2);
    expect(historyRatio).toBe(0.5);
  });
});

describe('a suggested target', () => {
  test('would have been met by nine of ten past windows, and says on what it rests', () => {
    const book = createBudgetBook();
    book.take({ items: makeRows(4, 80), policies: POLICIES, exclusions: [] });
    const [found] = book.suggest(UID, NOW);
    expect(found).toMatchObject({ sli: 'coverage', windowDays: 30, windows: 51, historyDays: 80 });
    const lows = Array.from({ length: 51 }, (_, back) => {
      const { adjusted } = book.reckon(UID, objectiveOf(30), NOW - back * DAY_MS);
      return adjusted.attainment?.low ?? 0;
    });
    expect(lows.filter((low) => low >= (found?.target ?? 1)).length).toBeGreaterThanOrEqual(0.9 * lows.length);
  });

  test('is none while there are no three windows of a day', () => {
    const book = createBudgetBook();
    book.take({ items: makeRows(4, 2), policies: POLICIES, exclusions: [] });
    expect(book.suggest(UID, NOW)).toEqual([]);
  });
});
