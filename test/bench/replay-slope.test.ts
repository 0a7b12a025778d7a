/** The line through points is found, and so is what is only noise. */
import { expect, test } from 'vitest';
import { seedNumbers } from '../e2e/random.ts';
import { fitSlope } from './replay-slope.ts';

test('a line is found exactly, and with certainty', () => {
  const { slope, low, high, mean } = fitSlope([0, 1, 2, 3].map((x) => [x, 5 + 2 * x]));
  expect([slope, low, high, mean]).toEqual([2, 2, 2, 8]);
});

test('the interval is that of a textbook', () => {
  // Points (1, 2), (2, 3), (3, 5): slope 1.5, residual sum 1/6, standard error sqrt(1/12), t(1) = 12.706.
  const { slope, low, high } = fitSlope([
    [1, 2],
    [2, 3],
    [3, 5],
  ]);
  expect(slope).toBeCloseTo(1.5);
  expect(high - slope).toBeCloseTo(12.706 * Math.sqrt(1 / 12));
  expect(slope - low).toBeCloseTo(12.706 * Math.sqrt(1 / 12));
});

test('noise alone has a slope of zero within its interval 19 times in 20', () => {
  const chance = seedNumbers(7);
  const covers = Array.from({ length: 400 }, () => {
    const { low, high } = fitSlope(Array.from({ length: 21 }, (_, x) => [x, chance() + chance() + chance()]));
    return low <= 0 && high >= 0;
  });
  const share = covers.filter(Boolean).length / covers.length;
  expect(share).toBeGreaterThan(0.92);
  expect(share).toBeLessThan(0.98);
});
