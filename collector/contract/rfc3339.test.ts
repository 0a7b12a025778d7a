import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRfc3339 } from './rfc3339.ts';

test('every time that can be written is read as Date reads it', () => {
  const times = fc.integer({ min: 0, max: 32_503_680_000_000 });
  fc.assert(
    fc.property(times, (ms) => {
      expect(parseRfc3339(new Date(ms).toISOString())).toBe(ms);
    }),
  );
});

test.each([
  ['2027-01-31T00:00:00Z', Date.UTC(2027, 0, 31)],
  ['2027-01-31t01:30:00.5+01:30', Date.UTC(2027, 0, 31, 0, 0, 0, 500)],
  ['2027-01-31T00:00:00.123456789-00:30', Date.UTC(2027, 0, 31, 0, 30, 0, 123)],
  ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ['2027-06-30T23:59:60Z', Date.UTC(2027, 6, 1)],
])('%s is a time', (text, ms) => {
  expect(parseRfc3339(text)).toBe(ms);
});

test.each([
  '',
  'now',
  '2027-01-31',
  '2027-01-31T00:00:00',
  '2027-01-31 00:00:00Z',
  '2027-02-29T00:00:00Z',
  '2100-02-29T00:00:00Z',
  '2027-13-01T00:00:00Z',
  '2027-01-00T00:00:00Z',
  '2027-01-31T24:00:00Z',
  '2027-01-31T00:60:00Z',
  '2027-01-31T00:00:00+24:00',
  '2027-01-31T00:00:00.Z',
])('%j is none', (text) => {
  expect(parseRfc3339(text)).toBeUndefined();
});
