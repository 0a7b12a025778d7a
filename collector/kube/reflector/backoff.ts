/** How long to wait before the next attempt. */
import type { Clock } from '../ports.ts';
import type { KubeError } from '../kube-error.ts';

const FIRST_MS = 250;
// As long after the server's return an answer may still be missing, while 30 s without a watch make it stale.
const LONGEST_MS = 8_000;
// A kind that is not installed, or a right that is not given, comes by somebody's hand.
const SLOW_MS = 10_000;
const SLOW_SPREAD_MS = 20_000;
// No server may silence us for longer than this.
const LONGEST_RETRY_AFTER_MS = 60_000;

/** The memory of consecutive failures of one loop. */
export interface Backoff {
  /**
   * Milliseconds to wait after one more failure (undefined: a regular end); half of it is chance, so that many do not
   * return at once. `heldMs` is for how long the server had held the connection, 0 if it never accepted it.
   */
  next(error: KubeError | undefined, heldMs: number): number;
}

/**
 * 250 ms to 8 s, doubling; anew after a connection that held for longer than was waited for it, and at the first `Gone`:
 * such a server is not one that our returning wears down. 10 to 30 s for what is absent or forbidden; at least what
 * Retry-After asks.
 */
export function createBackoff(clock: Pick<Clock, 'random'>): Backoff {
  let failures = 0;
  let waitedMs = Infinity;
  let wasGone = false;
  return {
    next(error, heldMs) {
      if (isRefused(error)) return SLOW_MS + clock.random() * SLOW_SPREAD_MS;
      const isGone = error?.code === 'Gone';
      if (heldMs > waitedMs || (isGone && !wasGone)) failures = 0;
      wasGone = isGone;
      const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
      failures++;
      const jittered = (ceiling * (1 + clock.random())) / 2;
      waitedMs = jittered + Math.min(error?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      return waitedMs;
    },
  };
}

/** Absent, or not for us: no haste helps. */
function isRefused(error: KubeError | undefined): boolean {
  return error?.code === 'NotFound' || error?.code === 'Forbidden';
}
