/** Times what a test waits for, and prints it beside the goal. */
import { waitFor } from '../control-plane/index.ts';

/** What is to become true, how soon, and the act that the clock starts with (so that the act's own time counts too). */
interface Goal {
  readonly what: string;
  readonly goalMs: number;
  readonly after?: () => Promise<unknown>;
}

/**
 * Asks until the answer is neither undefined nor false, prints how long that took beside the goal, and returns it.
 * Throws only after ten times the goal: a loaded machine is no fault of what is tested.
 */
export async function measure<T>(
  { what, goalMs, after }: Goal,
  question: () => Promise<T | undefined | false>,
): Promise<T> {
  const started = performance.now();
  await after?.();
  const answer = await waitFor(question, { what, deadlineMs: 10 * goalMs, everyMs: 5 });
  console.log(`${what}: ${Math.round(performance.now() - started)} ms (goal ${goalMs} ms)`);
  return answer;
}
