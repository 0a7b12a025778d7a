/** The machine's clocks and timers, in the form that everything else takes as an argument. */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import type { Clock, Timers } from '@rollcall/kube';

/** The real clock: milliseconds, the monotonic one since the process began. */
export const systemClock: Clock = {
  monoMs: () => performance.now(),
  wallMs: () => Date.now(),
  random: () => Math.random(),
};

/** Real timers. They do not keep the process alive: the server does. */
export const systemTimers: Timers = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeoutPromise(ms, undefined, { signal }).catch(() => undefined);
}

/** The present moment as integer milliseconds on both clocks. */
export function nowInstant(): { readonly monoMs: number; readonly wallMs: number } {
  return { wallMs: Math.floor(Date.now()), monoMs: Math.floor(performance.now()) };
}
