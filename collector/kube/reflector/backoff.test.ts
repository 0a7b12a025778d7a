import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KubeError } from '../kube-error.ts';
import { createBackoff } from './backoff.ts';

const waits = (count: number, chance: number): number[] => {
  const backoff = createBackoff({ random: () => chance });
  return Array.from({ length: count }, () => backoff.next(undefined, 0));
};

describe('the wait after a failure', () => {
  it.each([
    [0, [125, 250, 500, 1000, 2000, 4000, 4000]],
    [1, [250, 500, 1000, 2000, 4000, 8000, 8000]],
  ])('doubles up to 8 s, half of it by chance (%d)', (chance, expected) => {
    expect(waits(7, chance)).toEqual(expected);
  });

  it('never leaves its bounds, however long a server is away', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.double({ min: 0, max: 0.999, noNaN: true }), (count, chance) => {
        const last = waits(count + 1, chance).at(-1) ?? 0;
        expect(last).toBeGreaterThanOrEqual(125);
        expect(last).toBeLessThanOrEqual(8_000);
      }),
      { numRuns: 20 },
    );
  });

  it('begins anew after a connection that held for longer than was waited for it', () => {
    const backoff = createBackoff({ random: () => 1 });
    const held = [0, 0, 0, 1000, 1001, 0, 500, 0];
    expect(held.map((heldMs) => backoff.next(undefined, heldMs))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 8000, 8000,
    ]);
    expect([8001, 251, 251, 250].map((heldMs) => backoff.next(undefined, heldMs))).toEqual([250, 250, 250, 500]);
  });

  it('begins anew when an expired version tells that the server is back, but not for one that always expires', () => {
    const backoff = createBackoff({ random: () => 1 });
    const codes = ['Network', 'Network', 'Gone', 'Gone', 'Gone', 'Network'] as const;
    const pauses = codes.map((code) => backoff.next(new KubeError(code, ''), 0));
    expect(pauses).toEqual([250, 500, 250, 500, 1000, 2000]);
  });

  it.each(['NotFound', 'Forbidden'] as const)('is 10 to 30 s for %s', (code) => {
    for (const chance of [0, 0.5, 1]) {
      expect(createBackoff({ random: () => chance }).next(new KubeError(code, ''), 0)).toBe(10_000 + chance * 20_000);
    }
  });

  it('adds to what the server asks for, which counts up to a minute', () => {
    const backoff = createBackoff({ random: () => 0 });
    expect(backoff.next(new KubeError('TooManyRequests', '', { retryAfterMs: 7000 }), 0)).toBe(7125);
    expect(backoff.next(new KubeError('Unavailable', '', { retryAfterMs: 3_600_000 }), 0)).toBe(60_250);
  });
});
