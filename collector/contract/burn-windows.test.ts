import { describe, expect, it } from 'vitest';
import { BURN_TIERS, budgetOf, burnFactor, burnThreshold, canFire, type BurnTierName } from './burn-windows.ts';

const DAY_MS = 86_400_000;
const TIERS = Object.keys(BURN_TIERS) as BurnTierName[];

function factors(days: number): readonly number[] {
  return TIERS.map((tier) => burnFactor(tier, days * DAY_MS));
}

describe('the factors of a burn', () => {
  it.each([
    [30, [14.4, 6, 3, 1]],
    [28, [13.44, 5.6, 2.8, 0.28 / 0.3]],
    [7, [13.44, 3.5, 1.4, 0.98]],
    [90, [43.2, 18, 9, 3]],
  ])('over %i days are the published ones', (days, expected) => {
    for (const [at, factor] of factors(days).entries()) expect(factor).toBeCloseTo(expected[at] ?? NaN, 12);
  });

  it('never let a tier fire below a burn that spends the budget early by more than a tenth', () => {
    for (const days of [7, 10, 14, 21, 28, 30, 31, 90, 92])
      for (const factor of factors(days)) expect(factor).toBeGreaterThan(0.9);
  });
});

describe('a threshold', () => {
  it.each([
    ['page_fast', 0.99, 0.144],
    ['page_slow', 0.99, 0.06],
    ['ticket_fast', 0.99, 0.03],
    ['ticket_slow', 0.999, 0.001],
  ] as const)('of %s at %f is %f to the last digit', (tier, target, threshold) => {
    expect(burnThreshold(tier, { target, windowMs: 30 * DAY_MS })).toBe(threshold);
  });

  it('is out of reach where the budget times the factor is everything', () => {
    const reach = (target: number): readonly boolean[] =>
      TIERS.map((tier) => canFire(tier, { target, windowMs: 30 * DAY_MS }));
    expect(reach(0.94)).toEqual([true, true, true, true]);
    expect(reach(0.93)).toEqual([false, true, true, true]);
    expect(reach(0.83)).toEqual([false, false, true, true]);
    expect(reach(0.66)).toEqual([false, false, false, true]);
    expect(canFire('page_fast', { target: 0.95, windowMs: 90 * DAY_MS })).toBe(false);
  });

  it('has a budget without binary noise', () => {
    expect([0.99, 0.999, 0.95, 0.9999].map(budgetOf)).toEqual([0.01, 0.001, 0.05, 0.0001]);
  });
});
