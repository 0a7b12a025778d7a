/** Looks again and again, one look at a time, until it is ended. */
import type { Timers } from '@rollcall/kube';

/** What is done, and how long to wait before each look, milliseconds. `look` must not reject. */
export interface Looking {
  readonly timers: Timers;
  readonly everyMs: number;
  /** Aborted when it ends. */
  readonly ending: AbortController;
  look(): Promise<void>;
}

/** Begins after one wait; what is answered ends it, with the look that is under way, and may be called twice. */
export function lookAgain({ timers, everyMs, ending, look }: Looking): () => Promise<void> {
  let cancel = (): void => undefined;
  let looking: Promise<void> = Promise.resolve();
  const aim = (): void => {
    cancel = timers.after(everyMs, () => {
      looking = look().finally(() => {
        if (!ending.signal.aborted) aim();
      });
    });
  };
  aim();
  return () => {
    ending.abort();
    cancel();
    return looking;
  };
}
