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

/** Lets I/O happen until `condition` holds; throws after 4 s with what was waited for in vain. */
export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  const limit = performance.now() + 4_000;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The same while fake time passes too, 200 times as fast as real time: slow enough that no answer is late. */
export function untilInTime(time: FakeTime, condition: () => unknown, what: string): Promise<void> {
  const start = performance.now();
  let passed = 0;
  return until(() => {
    const due = Math.floor((performance.now() - start) / 2.5) * 500;
    if (due > passed) time.advance(due - passed);
    passed = due;
    return condition();
  }, what);
}
