/** Does something again and again: jittered, one at a time, slower while it fails. */
import type { Clock, Timers } from '@rollcall/kube';
import { toBackendError, type BackendError } from './backend-error.ts';

/** What is done. `work` must end when its signal aborts. */
export interface PollOptions {
  readonly intervalMs: number;
  readonly clock: Pick<Clock, 'random'>;
  readonly timers: Timers;
  work(signal: AbortSignal): Promise<void>;
  /** Told after each turn, undefined after a good one; not any more once it is stopped. */
  turned(error: BackendError | undefined): void;
}

const FIRST_WITHIN_MS = 1_000;
const FIRST_PAUSE_MS = 2_000;
const JITTER = 0.1;

/** Begins within a second; `stop` ends the turn that is going on. */
export function startPoll({ intervalMs, clock, timers, work, turned }: PollOptions): { stop(): Promise<void> } {
  const end = new AbortController();
  let failures = 0;
  let cancel: () => void;
  let turn: Promise<void> = Promise.resolve();
  const again = (ms: number): void => {
    cancel = timers.after(ms, () => {
      turn = run();
    });
  };
  const run = async (): Promise<void> => {
    const error = await work(end.signal).then(() => undefined, toBackendError);
    if (end.signal.aborted) return;
    failures = error === undefined ? 0 : failures + 1;
    again(pauseAfter(error, { failures, intervalMs, random: clock.random() }));
    turned(error);
  };
  again(clock.random() * Math.min(FIRST_WITHIN_MS, intervalMs));
  return {
    stop: () => {
      end.abort();
      cancel();
      return turn;
    },
  };
}

/** Tried again soon at first, since the layer is unknown meanwhile; then ever later, up to twice the interval, or as the backend asks. */
function pauseAfter(
  error: BackendError | undefined,
  { failures, intervalMs, random }: { readonly failures: number; readonly intervalMs: number; readonly random: number },
): number {
  const jitter = 1 + JITTER * (2 * random - 1);
  if (error === undefined) return intervalMs * jitter;
  const ceiling = Math.min(2 * intervalMs, FIRST_PAUSE_MS * 2 ** (failures - 1));
  return Math.max(ceiling * (0.5 + random / 2), error.retryAfterMs * (1 + JITTER * random));
}
