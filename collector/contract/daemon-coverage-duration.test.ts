import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from './daemon-coverage-duration.ts';

test.each([
  ['0s', 0],
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1h0m1s', 3_601_000],
  ['30d', 2_592_000_000],
  ['1d12h', 129_600_000],
])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(['', '5', 's', '5 m', '-5m', '+5m', '1.5h', '5M', '30m1h', '1h1h', '5min', '5ms', '٥m', '9999999s'])(
  '"%s" is none',
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test('is the sum of its parts', () => {
  const part = fc.integer({ min: 0, max: 99_999 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), part, part, part, (d, h, m, s) => {
      const ms = d * 86_400_000 + h * 3_600_000 + m * 60_000 + s * 1000;
      expect(parseDuration(`${d}d${h}h${m}m${s}s`)).toBe(ms);
    }),
  );
});
