/** Waiting that can be cut short. */
import type { Timers } from '../ports.ts';

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts; never rejects. */
export async function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const cancel = timers.after(ms, wake);
  signal?.addEventListener('abort', wake);
  await promise;
  signal?.removeEventListener('abort', wake);
  cancel();
}
