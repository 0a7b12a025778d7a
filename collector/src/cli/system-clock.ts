/** The machine's clocks and timers, in the form that everything else takes as an argument. */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Clock, Timers } from '@rollcall/kube';

/** What a collector lives by: time, chance and timers. The fault campaign gives it its own. */
export interface Machine {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** The real clock: milliseconds, the monotonic one since the process began. */
export const systemClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
};

/** Real timers. A pending one keeps the process alive: a pause before the next request may be all that is going on. */
export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** This machine. */
export const systemMachine: Machine = { clock: systemClock, timers: systemTimers };

/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeoutPromise(ms, undefined, { signal }).catch(() => undefined);
}
