import { expect, test } from 'vitest';
import { dateDeadline, dateFirstSight } from './dating.ts';

const ARRIVAL = { monoMs: 5_000, wallMs: 1_000_000 };

test.each([
  ['its own age', 999_000, 4_000],
  ['an age that is longer than the process lives', 0, -995_000],
  ['no age when its time lies ahead', 1_000_001, 5_000],
  ['no age without a time', undefined, 5_000],
])('a value seen for the first time has %s', (_, ownWallMs, monoMs) => {
  expect(dateFirstSight(ARRIVAL, ownWallMs)).toBe(monoMs);
});

test.each([
  ['where it says', 1_030_000, 35_000],
  ['in the past', 999_000, 4_000],
  ['no further ahead than the limit', 9_999_999, 65_000],
])('a deadline lies %s', (_, deadlineWallMs, monoMs) => {
  expect(dateDeadline(ARRIVAL, deadlineWallMs, 60_000)).toBe(monoMs);
});
