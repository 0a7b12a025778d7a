/** Wakes the pipeline when something of it is due: one timer for the whole queue. */
import type { Timers } from '@rollcall/kube';
import type { Instant } from '../coverage/index.ts';
import type { Pipeline } from '../pipeline.ts';

/** One timer, aimed at the next due time. `aim` is cheap and to be called after every event. */
export interface Ticker {
  aim(): void;
  stop(): void;
}

/** What is woken; `advance` leaves nothing due up to its instant. */
interface Ticked extends Pick<Pipeline, 'advance'> {
  readonly roll: Pick<Pipeline['roll'], 'nextDueMono'>;
}

/** The longest delay that setTimeout takes, and with it the longest sleep. */
const LONGEST_MS = 2_147_483_647;

/** A ticker that is not aimed yet. What is due is dated by its due time, so a late timer loses nothing. */
export function createTicker(pipeline: Ticked, host: { readonly timers: Timers; now(): Instant }): Ticker {
  let aimedMono = Infinity;
  let cancel: () => void = () => undefined;
  let stopped = false;
  const fire = (): void => {
    aimedMono = Infinity;
    pipeline.advance(host.now());
    aim();
  };
  const aim = (): void => {
    const dueMono = pipeline.roll.nextDueMono();
    if (stopped || dueMono === aimedMono) return;
    cancel();
    aimedMono = dueMono;
    if (dueMono === Infinity) return;
    // One more millisecond: now is rounded down, and a timer that fires just short of its time would spin.
    cancel = host.timers.after(Math.min(LONGEST_MS, Math.max(0, dueMono - host.now().monoMs) + 1), fire);
  };
  return {
    aim,
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
