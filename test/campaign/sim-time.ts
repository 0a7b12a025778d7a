/** The time of one run: it moves from timer to timer, and between two instants everything that was set in motion comes to rest. */
import { setImmediate as turn } from 'node:timers/promises';

/** One time for everybody: milliseconds since the run began. */
export interface SimTime {
  now(): number;
  /** Runs `run` after so many milliseconds unless the returned function is called before. */
  after(ms: number, run: () => void): () => void;
  /** Says that something moved, so that rest is waited for. */
  stir(): void;
  /** Moves to `endMs`; `rested` is called at each instant at which something happened, once all is at rest. Throws what timers threw. */
  runUntil(endMs: number, rested: () => void): Promise<void>;
  /** Waits until nothing moves any more. */
  rest(): Promise<void>;
  /** How many timers wait. */
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Turns of the event loop without any movement that count as rest: an answer takes one from its bytes to its reader. */
const QUIET_TURNS = 3;

/** Time at zero. */
export function createSimTime(): SimTime {
  let now = 0;
  let stirred = 0;
  const timers = new Set<Timer>();
  const rest = async (): Promise<void> => {
    for (let quiet = 0, seen = stirred; quiet < QUIET_TURNS; quiet = seen === stirred ? quiet + 1 : 0) {
      seen = stirred;
      await turn();
    }
  };
  return {
    now: () => now,
    after: (ms, run) => {
      // In whole milliseconds, as all of the collector's arithmetic is.
      const timer = { at: now + Math.max(0, Math.ceil(ms)), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    stir: () => void (stirred += 1),
    runUntil: async (endMs, rested) => {
      for (let next = earliest(timers); next !== undefined && next.at <= endMs; next = earliest(timers)) {
        now = next.at;
        timers.delete(next);
        next.run();
        // Only when all timers of this instant have run: else a clock that stands still would be rested at for each.
        if ((earliest(timers)?.at ?? Infinity) <= now) continue;
        await rest();
        rested();
      }
      now = Math.max(now, endMs);
    },
    rest,
    pending: () => timers.size,
  };
}

/** The timer that is due first; of those due together the one that was set first. */
function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (first === undefined || timer.at < first.at) first = timer;
  return first;
}
