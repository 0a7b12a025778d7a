/** Wrong: state that belongs to everybody. */

let calls = 0; // caught: house/no-ambient-state

/** Counts. */
export function count(): number {
  calls += 1;
  return calls;
}
