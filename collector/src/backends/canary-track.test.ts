import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCanaryTracks, type Canary } from './canary-track.ts';

const PERIOD = 30_000;
const GRACE = 120_000;
const START = Date.UTC(2026, 0, 1);

function open() {
  return createCanaryTracks({ periodMs: PERIOD, graceMs: GRACE, isNode: (name) => name !== 'stranger' });
}

/** Canaries of these numbers, one a period. */
function canaries(seqs: readonly number[], changes: Partial<Canary> = {}): readonly Canary[] {
  return seqs.map((seq) => ({ node: 'a', boot: '1', seq, sentMs: START + seq * PERIOD, ...changes }));
}

test('a way that takes 8 s is known to take at least that less the time between two looks', () => {
  const tracks = open();
  const found: number[] = [];
  let lags: unknown[] = [];
  for (let at = 0; at <= 95_000; at += 5_000) {
    for (const seq of [0, 1, 2, 3]) if (seq * PERIOD + 8_000 <= at) found.push(seq);
    lags = [...lags, ...tracks.take({ atMs: START + at, found: canaries(found) }).map(({ lagMs }) => lagMs)];
  }
  // First found at 10, 40 and 70 s, not at 5, 35 and 65 s.
  expect(lags).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5].map((seconds) => seconds * 1_000));
});

test('what does not come is late, then ever later, and lost only once a later one came', () => {
  const tracks = open();
  tracks.take({ atMs: START + 1_000, found: canaries([0]) });
  const silent = tracks.take({ atMs: START + 600_000, found: [] });
  expect(silent).toEqual([{ node: 'a', lagMs: 570_000, sent: 0, dropped: 0 }]);
  const [back] = tracks.take({ atMs: START + 630_000, found: canaries([19, 20]) });
  // Of the 18 that are missing two are younger than the grace.
  expect(back).toEqual({ node: 'a', lagMs: 0, sent: 0, dropped: 16 });
  const [late] = tracks.take({ atMs: START + 640_000, found: canaries([17, 18]) });
  expect(late).toMatchObject({ sent: 4, dropped: 0 });
});

test('a process that begins anew is another one, and the end of the former may still come', () => {
  const tracks = open();
  tracks.take({ atMs: START, found: canaries([0]) });
  const anew = canaries([0, 1], { boot: '2' }).map((own) => ({ ...own, sentMs: own.sentMs + 3 * PERIOD + 1 }));
  expect(tracks.take({ atMs: START + 4 * PERIOD + 2, found: [...canaries([2]), ...anew] })).toMatchObject([
    { sent: 2, dropped: 0 },
  ]);
  expect(tracks.take({ atMs: START + 4 * PERIOD + 9, found: canaries([1]) })).toMatchObject([{ sent: 2, dropped: 0 }]);
});

test('samples without a number are counted by their time, also where they are written a little late', () => {
  const tracks = open();
  const sample = (at: number): Canary => ({ node: 'a', boot: '1', seq: undefined, sentMs: START + at });
  tracks.take({ atMs: START + 1, found: [sample(0)] });
  const found = [30_400, 59_700, 120_000, 150_001].map(sample);
  expect(tracks.take({ atMs: START + 150_002, found })).toMatchObject([{ sent: 2, dropped: 0 }]);
  expect(tracks.take({ atMs: START + 300_000, found })).toMatchObject([{ sent: 2, dropped: 1 }]);
});

test('a number or a time that leaps counts nothing as lost, holds nothing up, and the way goes on from there', () => {
  const tracks = open();
  tracks.take({ atMs: START + 1, found: canaries([0]) });
  const forged = { node: 'a', boot: '1', seq: 999_999_999_999_999, sentMs: START + 1_000 };
  expect(tracks.take({ atMs: START + 2_000, found: [forged] })).toMatchObject([{ sent: 1, dropped: 0 }]);
  const samples = open();
  const sample = (sentMs: number): Canary => ({ node: 'a', boot: '1', seq: undefined, sentMs });
  samples.take({ atMs: START + 1, found: [sample(START)] });
  const century = Date.UTC(2106, 0, 1);
  expect(samples.take({ atMs: START + PERIOD, found: [sample(century)] })).toMatchObject([{ sent: 1, dropped: 0 }]);
  const next = { atMs: START + 3 * PERIOD, found: [sample(century + 2 * PERIOD)] };
  expect(samples.take(next)).toMatchObject([{ sent: 0, dropped: 0, lagMs: 0 }]);
});

test('a node whose clock is a day ahead is late all the same once nothing comes, and what is lost is lost in time', () => {
  const tracks = open();
  const ahead = (seqs: readonly number[]) => canaries(seqs).map((own) => ({ ...own, sentMs: own.sentMs + 86_400_000 }));
  tracks.take({ atMs: START + 1_000, found: ahead([0]) });
  const silent = tracks.take({ atMs: START + 601_000, found: [] });
  expect(silent).toEqual([{ node: 'a', lagMs: 570_000, sent: 0, dropped: 0 }]);
  expect(tracks.take({ atMs: START + 601_000, found: ahead([20]) })).toMatchObject([{ dropped: 15 }]);
});

test('however often a process begins anew, no more is kept of it than of a few', () => {
  const tracks = open();
  for (let boot = 0; boot < 100; boot++) tracks.take({ atMs: START, found: canaries([0], { boot: String(boot) }) });
  const all = Array.from({ length: 100 }, (_, boot) => canaries([1], { boot: String(boot) })).flat();
  const [report] = tracks.take({ atMs: START + PERIOD, found: all });
  expect(report?.sent).toBeLessThanOrEqual(16);
});

test('what is no node is forgotten, and it is looked for from the oldest that may still come', () => {
  const tracks = open();
  expect(tracks.take({ atMs: START, found: canaries([0], { node: 'stranger' }) })).toEqual([]);
  expect(tracks.lookFromMs(START + 1)).toBe(START - GRACE);
  tracks.take({ atMs: START, found: canaries([0]) });
  tracks.take({ atMs: START + 10 * PERIOD, found: [] });
  expect(tracks.lookFromMs(START + 10 * PERIOD)).toBe(START);
  // Nothing is waited for longer than 15 min.
  expect(tracks.lookFromMs(START + 40 * PERIOD)).toBe(START + 40 * PERIOD - 15 * 60_000);
});

test('whatever way they go, each canary up to the newest is counted once: as lost if it never came', () => {
  const way = fc.record({ lost: fc.boolean(), delayMs: fc.nat(GRACE - PERIOD) });
  fc.assert(
    fc.property(fc.array(way, { minLength: 2, maxLength: 30 }), fc.nat(PERIOD), (ways, phase) => {
      const tracks = open();
      const last = ways.length;
      const isLost = (seq: number): boolean => seq > 0 && seq < last && (ways[seq]?.lost ?? false);
      const arrives = (seq: number): number => seq * PERIOD + (seq === 0 ? 0 : (ways[seq]?.delayMs ?? 0));
      const sum = { sent: 0, dropped: 0 };
      for (let at = 1 + phase; at < (last + 10) * PERIOD; at += 10_000) {
        const fromMs = tracks.lookFromMs(START + at);
        const there = Array.from({ length: last + 1 }, (_, seq) => seq).filter(
          (seq) => !isLost(seq) && arrives(seq) <= at && START + seq * PERIOD >= fromMs,
        );
        for (const own of tracks.take({ atMs: START + at, found: canaries(there) })) {
          sum.sent += own.sent ?? 0;
          sum.dropped += own.dropped ?? 0;
        }
      }
      const seen = Array.from({ length: last + 1 }, (_, seq) => seq);
      const lost = seen.filter(isLost).length;
      return sum.dropped === lost && sum.sent === last + 1 - lost;
    }),
  );
});
