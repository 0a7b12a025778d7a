import { expect, test } from 'vitest';
import { sayDuration } from './say-duration.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [MINUTE, '1 min'],
  [MINUTE + 59_000, '1 min'],
  [HOUR - 1, '59 min'],
  [HOUR, '1 h'],
  [HOUR + MINUTE, '1 h 1 min'],
  [24 * HOUR + 59 * MINUTE, '1 d'],
  [50 * HOUR, '2 d 2 h'],
])('%d ms are said as %s', (ms, text) => {
  expect(sayDuration(ms)).toBe(text);
});
