/** Time that tests own: nothing moves but by `advance`; waiting for I/O is by turns of the event loop, not by sleeping. */
import type { Clock, Timers } from '@rollcall/kube';

/** A clock and timers in one; chance is always a half. */
export interface FakeTime extends Clock, Timers {
  /** Moves both clocks and runs what comes due, in order. */
  advance(ms: number): void;
  /** The waits of all pending timers in milliseconds, shortest first. */
  pending(): readonly number[];
}

/** The monotonic clock at zero; the wall clock at `wallStart`, by default at the machine's time. */
export function createFakeTime(wallStart = Date.now()): FakeTime {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const sorted = (): { readonly at: number; readonly run: () => void }[] => [...timers].sort((a, b) => a.at - b.at);
  return {
    monoMs: () => now,
    wallMs: () => wallStart + now,
    random: () => 0.5,
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const end = now + ms;
      for (let [next] = sorted(); next !== undefined && next.at <= end; [next] = sorted()) {
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
    pending: () => sorted().map(({ at }) => at - now),
  };
}

/** Lets I/O happen until `condition` holds; throws after 20 s, since machines are busy, with what was waited for in vain. */
export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const STEP_MS = 500;
const STEP_TAKES_MS = 2.5;
const TURNS_OF_STEP = 20;

/**
 * The same while fake time passes too, at most 200 times as fast as real time: slow enough that no answer is late. A step takes some turns
 * of the event loop as well: a process that was held up would else live through minutes in one turn, and answers on their way would be late.
 */
export function untilInTime(time: FakeTime, condition: () => unknown, what: string): Promise<void> {
  let since = performance.now();
  let turns = 0;
  return until(() => {
    turns += 1;
    if (turns >= TURNS_OF_STEP && performance.now() - since >= STEP_TAKES_MS) {
      time.advance(STEP_MS);
      since = performance.now();
      turns = 0;
    }
    return condition();
  }, what);
}
