/** Time that tests own: nothing moves but by `advance`; waiting for I/O is by turns of the event loop, not by sleeping. */
import type { Clock, Timers } from './ports.ts';

/** A clock and timers in one; `random` is settable. */
export interface FakeTime extends Clock, Timers {
  chance: number;
  /** Moves time and runs what comes due, in order. */
  advance(ms: number): void;
  /** The waits of all pending timers, in milliseconds, shortest first. */
  pending(): readonly number[];
}

/** Time at zero; wall time 1e12 ms ahead. */
export function createFakeTime(): FakeTime {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const sorted = (): { readonly at: number; readonly run: () => void }[] => [...timers].sort((a, b) => a.at - b.at);
  return {
    chance: 0.5,
    monoMs: () => now,
    wallMs: () => 1e12 + now,
    random() {
      return this.chance;
    },
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (let [next] = sorted(); next !== undefined && next.at <= end; [next] = sorted()) {
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
    pending: () => sorted().map((timer) => timer.at - now),
  };
}

/** Lets I/O happen until `condition` holds; throws after 20 s, since machines are busy, with `what` was waited for. */
export async function until(condition: () => boolean, what = String(condition)): Promise<void> {
  const limit = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
