import { expect, test } from 'vitest';
import { createFakeTime } from '../test-time.ts';
import { createTicker } from './ticker.ts';

/** A pipeline with this queue of due times, and a ticker on it; `fired` are the times at which it was advanced. */
function createScene(due: number[] = [], start = 0) {
  const time = createFakeTime();
  time.advance(start);
  const fired: number[] = [];
  const waits: number[] = [];
  const now = () => ({ monoMs: Math.floor(time.monoMs()), wallMs: 0 });
  const pipeline = {
    roll: { nextDueMono: () => Math.min(Infinity, ...due) },
    advance: ({ monoMs }: { readonly monoMs: number }): void => {
      fired.push(monoMs);
      for (const at of [...due]) if (at <= monoMs) due.splice(due.indexOf(at), 1);
    },
  };
  const after = (ms: number, run: () => void): (() => void) => {
    waits.push(ms);
    return time.after(ms, run);
  };
  return { time, due, fired, waits, ticker: createTicker(pipeline, { now, timers: { after } }) };
}

test('it fires when something is due, once for each, and then rests', () => {
  const { time, fired, waits, ticker } = createScene([100, 250]);
  ticker.aim();
  time.advance(99);
  expect(fired).toEqual([]);
  time.advance(10_000);
  expect([fired, time.pending()]).toEqual([[101, 251], []]);
  expect(waits).toEqual([101, 150]);
});

test('it does not fire before it is aimed', () => {
  const { time, fired } = createScene([100]);
  time.advance(10_000);
  expect([fired, time.pending()]).toEqual([[], []]);
});

test('it is aimed anew when something is due earlier, later or not at all', () => {
  const { time, due, fired, ticker } = createScene([1_000]);
  ticker.aim();
  due.push(100);
  ticker.aim();
  expect(time.pending()).toEqual([101]);
  due.splice(0, 2, 5_000);
  ticker.aim();
  expect(time.pending()).toEqual([5_001]);
  due.length = 0;
  ticker.aim();
  expect([time.pending(), fired]).toEqual([[], []]);
});

test('to be aimed at the same time again sets no other timer', () => {
  const { waits, ticker } = createScene([1_000]);
  for (let n = 0; n < 100; n += 1) ticker.aim();
  expect(waits).toEqual([1_001]);
});

test('what is due already fires at the next turn, and never within the call', () => {
  const { time, fired, ticker } = createScene([100], 500);
  ticker.aim();
  expect([fired, time.pending()]).toEqual([[], [1]]);
  time.advance(1);
  expect(fired).toEqual([501]);
});

test('a timer that fires short of its time does not spin', () => {
  const { time, fired, waits, ticker } = createScene([100.9]);
  ticker.aim();
  time.advance(100.4);
  expect(fired).toEqual([]);
  time.advance(1_000);
  expect(fired.length).toBeLessThanOrEqual(2);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
});

test('a due time beyond what setTimeout takes is reached in several sleeps', () => {
  const MOST = 2_147_483_647;
  const { time, fired, waits, ticker } = createScene([2 * MOST + 5_000]);
  ticker.aim();
  time.advance(3 * MOST);
  expect(waits).toEqual([MOST, MOST, 5_001]);
  expect(fired).toEqual([MOST, 2 * MOST, 2 * MOST + 5_001]);
});

test('after its end nothing fires, whatever it is told', () => {
  const { time, due, fired, ticker } = createScene([100]);
  ticker.aim();
  ticker.stop();
  due.push(50);
  ticker.aim();
  time.advance(1_000);
  expect([fired, time.pending()]).toEqual([[], []]);
});
