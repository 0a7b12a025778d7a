/** How long to wait before the next attempt. */
import type { Clock } from '../ports.ts';
import type { KubeError } from '../kube-error.ts';

const FIRST_MS = 250;
const LONGEST_MS = 30_000;
// A kind that is not installed, or a right that is not given, comes by somebody's hand.
const SLOW_MS = 10_000;
const SLOW_SPREAD_MS = 20_000;
// No server may silence us for longer than this.
const LONGEST_RETRY_AFTER_MS = 60_000;

/** The memory of consecutive failures of one loop. */
export interface Backoff {
  /** Milliseconds to wait after one more failure (undefined: a regular end). Half of it is chance, so that many do not return at once. */
  next(error: KubeError | undefined): number;
  /** To be called after a healthy spell. */
  reset(): void;
}

/** 250 ms to 30 s, doubling; 10 to 30 s for what is absent or forbidden; at least what Retry-After asks. */
export function createBackoff(clock: Pick<Clock, 'random'>): Backoff {
  let failures = 0;
  return {
    next(error) {
      if (error?.code === 'NotFound' || error?.code === 'Forbidden') return SLOW_MS + clock.random() * SLOW_SPREAD_MS;
      const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** failures);
      failures++;
      const jittered = (ceiling * (1 + clock.random())) / 2;
      const asked = Math.min(error?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
      return asked === 0 ? jittered : asked + jittered;
    },
    reset() {
      failures = 0;
    },
  };
}
