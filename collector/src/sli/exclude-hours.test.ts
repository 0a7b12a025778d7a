import type { HourRow, LedgerEntry } from '@rollcall/contract';
import { describe, expect, test } from 'vitest';
import { splitHours } from './exclude-hours.ts';

const HOUR = 3_600_000;
const POLICIES = [{ policyUid: 'p', cluster: '', namespace: 'agents', daemonset: 'agent' }];

function row(hour: number, changes: Partial<HourRow> = {}): HourRow {
  const key = { kind: 'hour', cluster: '', policyUid: 'p', hour: hour * HOUR, replica: 'r' } as const;
  return { ...key, pool: 'none', sli: 'coverage', reason: '', validMs: HOUR, goodMs: 0, unobservedMs: 0, ...changes };
}

function entry(from: number, to: number, changes: Partial<LedgerEntry> = {}): LedgerEntry {
  const who = {
    id: `${from}`,
    cluster: '',
    recordedMs: 0,
    author: 'ana',
    reason: 'racks',
    namespace: '',
    daemonset: '',
  };
  return { ...who, pool: '', fromMs: from * HOUR, toMs: to * HOUR, revokes: '', ...changes };
}

/** A hundred hours, so that ten of them may go. */
const ROWS = Array.from({ length: 100 }, (_, hour) => row(hour));

function excluded(rows: readonly HourRow[], ...ledger: readonly LedgerEntry[]): readonly number[] {
  return splitHours(rows, POLICIES, ledger).excluded.map(({ hour }) => hour / HOUR);
}

describe('the ledger excludes', () => {
  test('whole hours of all that it names, and no others', () => {
    expect(excluded(ROWS, entry(3, 5))).toEqual([3, 4]);
    expect(excluded(ROWS, entry(3, 5, { namespace: 'agents', daemonset: 'agent' }))).toEqual([3, 4]);
    expect(excluded(ROWS, entry(3, 5, { namespace: 'agents', daemonset: 'other' }))).toEqual([]);
    expect(excluded(ROWS, entry(3, 5, { pool: 'gold' }))).toEqual([]);
    expect(excluded(ROWS, entry(3, 5, { cluster: 'other' }))).toEqual([]);
  });

  test('every SLI and reason of an hour, but for what an excuse took out of it already', () => {
    const others = [
      row(3, { reason: 'CrashLoop' }),
      row(3, { sli: 'stability' }),
      row(3, { reason: 'excused:Joining' }),
    ];
    const split = splitHours([...ROWS, ...others], POLICIES, [entry(3, 4)]);
    expect(split.excluded.map(({ sli, reason }) => `${sli} ${reason}`)).toEqual([
      'coverage ',
      'coverage CrashLoop',
      'stability ',
    ]);
    expect(split.counted.at(-1)?.reason).toBe('excused:Joining');
  });

  test('nothing by an entry that was revoked', () => {
    expect(excluded(ROWS, entry(3, 5), entry(0, 0, { id: 'r', revokes: '3' }))).toEqual([]);
  });

  test('a tenth of the period at most, the oldest hours first', () => {
    expect(excluded(ROWS, entry(50, 90))).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
    expect(splitHours(ROWS, POLICIES, [entry(50, 90)]).capUsed.get('p')).toBe(1);
  });

  test('the less, the more maintenance windows took out', () => {
    const windows = Array.from({ length: 8 }, (_, hour) => row(hour, { reason: 'excused:Maintenance' }));
    // 108 hours in scope, of which 10.8 may go, and 8 are gone.
    expect(excluded([...ROWS, ...windows], entry(50, 90))).toEqual([50, 51]);
  });
});

test('time without an entry counts whole, and uses nothing of the cap', () => {
  expect(splitHours(ROWS, POLICIES, [])).toEqual({ counted: ROWS, excluded: [], capUsed: new Map([['p', 0]]) });
});
