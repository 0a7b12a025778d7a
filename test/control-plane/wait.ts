/** Waiting for a condition of a real server, by polling with a deadline. */
import { setTimeout as delay } from 'node:timers/promises';

/** What is waited for (for the message), how long at most and how often it is asked; in milliseconds. */
interface Patience {
  readonly what: string;
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks until the answer is neither undefined nor false, and returns it. A throwing question counts as "not yet".
 * Throws after the deadline (default 60 s) with what was waited for and why the last question failed.
 */
export async function waitFor<T>(
  ask: () => Promise<T | undefined | false>,
  { what, deadlineMs = 60_000, everyMs = 50 }: Patience,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = `answer was ${String(answer)}`;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) {
      throw new Error(
        `waited ${deadlineMs} ms in vain for ${what}: ${last instanceof Error ? last.message : String(last)}`,
      );
    }
    await delay(everyMs);
  }
}
