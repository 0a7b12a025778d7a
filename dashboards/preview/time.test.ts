/** Times and steps are Grafana's. */
import { expect, test } from 'vitest';
import { pickStep, readDuration, readTime } from './time.ts';

test.each([
  ['now', 1_000_000],
  ['now-10s', 990_000],
  ['5000', 5000],
  ['1970-01-01T00:01:00Z', 60_000],
])('%s', (text, time) => {
  expect(readTime(text, 1_000_000)).toBe(time);
});

test('what is no time is refused', () => {
  expect(() => readTime('yesterday', 0)).toThrow('yesterday is no time');
  expect(() => readDuration('1.5h')).toThrow('1.5h is no duration');
});

test.each([
  ['6h', 770, 15_000, 30_000],
  ['5m', 770, 1000, 1000],
  ['30d', 770, 15_000, 3_600_000],
  ['1h', 1500, 15_000, 15_000],
])('%s on %d pixels, scraped each %d ms, is asked each %d ms', (range, points, least, step) => {
  expect(pickStep({ from: 0, to: readDuration(range) }, points, least)).toBe(step);
});
