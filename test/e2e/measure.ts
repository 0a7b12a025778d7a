/** Times what a test waits for, and prints it beside the goal. */
import { waitFor } from '../control-plane/index.ts';

/**
 * What is to become true and how soon. The clock starts with the call, with the act `after` (so that its own time counts
 * too), or has started at `since` (of `performance.now`).
 */
interface Goal {
  readonly what: string;
  readonly goalMs: number;
  readonly after?: () => Promise<unknown>;
  readonly since?: number;
}

/**
 * Asks until the answer is neither undefined nor false, prints how long that took beside the goal, and returns it.
 * Throws only after ten times the goal: a loaded machine is no fault of what is tested.
 */
export async function measure<T>(
  { what, goalMs, after, since }: Goal,
  question: () => Promise<T | undefined | false>,
): Promise<T> {
  const started = since ?? performance.now();
  await after?.();
  const answer = await waitFor(question, { what, deadlineMs: 10 * goalMs, everyMs: 5 });
  console.log(`${what}: ${Math.round(performance.now() - started)} ms (goal ${goalMs} ms)`);
  return answer;
}
