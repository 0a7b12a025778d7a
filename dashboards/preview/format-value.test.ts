/** Numbers read as in Grafana. */
import { expect, test } from 'vitest';
import { formatNumber } from './format-value.ts';

test.each([
  [0.98961, 'percentunit', 2, '98.96%'],
  [0.5, 'percentunit', undefined, '50%'],
  [99.5, 'percent', undefined, '99.5%'],
  [12, undefined, undefined, '12'],
  [12.3456, 'none', undefined, '12.3'],
  [0, 'none', undefined, '0'],
  [1500, 'short', undefined, '1.5 K'],
  [2_500_000, 'short', 1, '2.5 Mil'],
  [0.25, 's', undefined, '250 ms'],
  [30, 's', undefined, '30 s'],
  [60, 's', undefined, '1 min'],
  [90, 's', undefined, '1.5 mins'],
  [7200, 's', undefined, '2 hours'],
  [0, 's', undefined, '0 s'],
  [1536, 'bytes', undefined, '1.5 KiB'],
  [1500, 'decbytes', undefined, '1.5 kB'],
  [93_784, 'dtdurations', undefined, '1 day, 2 hours'],
  [3, 'suffix:nodes', undefined, '3 nodes'],
  [Infinity, 'percentunit', 2, '+∞'],
  [Date.UTC(2026, 10, 26, 13, 5, 9), 'dateTimeAsIso', undefined, '2026-11-26 13:05:09'],
] as const)('%d as %s with %s decimals is %s', (value, unit, decimals, text) => {
  expect(formatNumber(value, unit, decimals)).toBe(text);
});

test('a unit that is not known is refused', () => {
  expect(() => formatNumber(1, 'parsecs', undefined)).toThrow('the unit parsecs is not known to the preview');
});
