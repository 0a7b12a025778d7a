/** Tells maintenance windows anew before their known times run out, and when the wall clock was set. */
import type { WindowBook } from '../config/window-book.ts';
import type { Machine } from './system-clock.ts';

const LOOK_MS = 30_000;
/** Far below what is known ahead. */
const REFRESH_MS = 6 * 3_600_000;
/** A step of the wall clock, or what its rate adds up to. */
const DRIFT_MS = 2_000;

/** Looks again and again until it is stopped. */
export function refreshWindows(book: Pick<WindowBook, 'refresh'>, { clock, timers }: Machine): { stop(): void } {
  const aheadMs = (): number => clock.wallMs() - clock.monoMs();
  let told = { monoMs: clock.monoMs(), aheadMs: aheadMs() };
  const look = (): void => {
    const now = { monoMs: clock.monoMs(), aheadMs: aheadMs() };
    if (now.monoMs - told.monoMs >= REFRESH_MS || Math.abs(now.aheadMs - told.aheadMs) >= DRIFT_MS) {
      told = now;
      book.refresh();
    }
    cancel = timers.after(LOOK_MS, look);
  };
  let cancel = timers.after(LOOK_MS, look);
  return { stop: () => cancel() };
}
