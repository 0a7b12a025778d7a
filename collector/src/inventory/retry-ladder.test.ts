import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextSyncMono } from './retry-ladder.ts';

/** The failures of a queue that waits 5 ms, 10 ms … from a moment on; `extra` are syncs that something else brings about. */
function play(count: number, extra: readonly number[] = []): { readonly times: number[]; readonly dueMono: number } {
  const times: number[] = [];
  let [now, due] = [1_000_000, Infinity];
  const left = extra.toSorted((one, other) => one - other);
  while (times.length < count) {
    times.push(now);
    due = Math.min(due <= now ? Infinity : due, now + Math.min(1_000_000, 5 * 2 ** (times.length - 1)));
    const [next = Infinity] = left;
    now = Math.min(due, next);
    if (now === next) left.shift();
  }
  return { times, dueMono: due };
}

const NO_SYNC = { syncMs: 0, total: undefined };

test('nothing is due where nothing failed', () => {
  expect(nextSyncMono([], NO_SYNC)).toBeUndefined();
});

describe('the next sync', () => {
  test.each([9, 11, 14, 17, 19, 22])('is due to the millisecond after %i failures that were counted', (count) => {
    const { times, dueMono } = play(count);
    expect(nextSyncMono(times, { syncMs: 0, total: count })).toBe(dueMono);
  });

  test.each([9, 11, 14, 17, 19, 22])('is due within a tenth after %i failures that were not', (count) => {
    const { times, dueMono } = play(count);
    const last = times.at(-1) ?? 0;
    const due = nextSyncMono(times, NO_SYNC) ?? 0;
    expect((due - last) / (dueMono - last)).toBeCloseTo(1, 0);
  });

  test('is due by the last wait where only the last two failures are known', () => {
    const { times, dueMono } = play(14);
    expect(nextSyncMono(times.slice(-2), NO_SYNC)).toBeCloseTo(dueMono, -2);
  });

  test('is due by the longest wait that fits where a failure was not told', () => {
    const { times, dueMono } = play(14);
    expect(nextSyncMono(times.toSpliced(12, 1), NO_SYNC)).toBeCloseTo(dueMono, -2);
  });

  test('is due after 1000 s at the latest', () => {
    const last = 5_000_000;
    expect(nextSyncMono([0, 2_000_000, last], NO_SYNC)).toBe(last + 1_000_000);
  });

  test('is not put off by a sync that something else brings about, but the one after it is', () => {
    const natural = play(12);
    const last = natural.times.at(-1) ?? 0;
    const { times, dueMono } = play(13, [last + 1_000]);
    expect(dueMono).toBe(natural.dueMono);
    expect(nextSyncMono(times, { syncMs: 0, total: 13 })).toBe(dueMono);
    const after = play(14, [last + 1_000]);
    expect(nextSyncMono(after.times, { syncMs: 0, total: 14 })).toBe(after.dueMono);
  });

  test('reckons with webhooks that hold up each sync', () => {
    const times = [0, 10_005, 20_015, 30_035, 40_075, 50_155, 60_315, 70_635, 81_275, 92_555, 105_115];
    expect(nextSyncMono(times, { syncMs: 10_000, total: 11 })).toBeCloseTo(105_115 + 5_120, -2);
  });
});

test('counted failures give the true time whatever else brings about syncs', () => {
  const extras = fc.array(fc.integer({ min: 1_000_000, max: 1_100_000 }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 18 }), extras, (count, extra) => {
      const { times, dueMono } = play(count, extra);
      const gaps = times.map((at, index) => at - (times[index - 1] ?? -Infinity));
      // What comes a moment before its time is not told from what was due.
      const last = times.at(-1) ?? 0;
      fc.pre([...gaps.slice(10), dueMono - last].every((gap) => gap > 1_200));
      const due = nextSyncMono(times, { syncMs: 0, total: count }) ?? 0;
      return Math.abs(due - dueMono) <= Math.max(700, 0.11 * (dueMono - last));
    }),
    { seed: 7, numRuns: 300 },
  );
});
