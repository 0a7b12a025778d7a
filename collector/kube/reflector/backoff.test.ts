import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../kube-error.ts';
import { createBackoff } from './backoff.ts';

const waits = (count: number, chance: number): number[] => {
  const backoff = createBackoff({ random: () => chance });
  return Array.from({ length: count }, () => backoff.next(undefined));
};

describe('the wait after a failure', () => {
  it.each([
    [0, [125, 250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]],
    [1, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]],
  ])('doubles up to 30 s, half of it by chance (%d)', (chance, expected) => {
    expect(waits(9, chance)).toEqual(expected);
  });

  it('never leaves its bounds, however long a server is away', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.double({ min: 0, max: 0.999, noNaN: true }), (count, chance) => {
        const last = waits(count + 1, chance).at(-1) ?? 0;
        expect(last).toBeGreaterThanOrEqual(125);
        expect(last).toBeLessThanOrEqual(30_000);
      }),
      { numRuns: 20 },
    );
  });

  it('begins anew after a reset', () => {
    const backoff = createBackoff({ random: () => 1 });
    backoff.next(undefined);
    backoff.next(undefined);
    backoff.reset();
    expect(backoff.next(undefined)).toBe(250);
  });

  it.each(['NotFound', 'Forbidden'] as const)('is 10 to 30 s for %s', (code) => {
    for (const chance of [0, 0.5, 1]) {
      expect(createBackoff({ random: () => chance }).next(new KubeError(code, ''))).toBe(10_000 + chance * 20_000);
    }
  });

  it('adds to what the server asks for, which counts up to a minute', () => {
    const backoff = createBackoff({ random: () => 0 });
    expect(backoff.next(new KubeError('TooManyRequests', '', { retryAfterMs: 7000 }))).toBe(7125);
    expect(backoff.next(new KubeError('Unavailable', '', { retryAfterMs: 3_600_000 }))).toBe(60_250);
  });
});
