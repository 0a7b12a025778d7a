/** Wrong: callers must count. */

/** Adds. */
export function add(a: number, b: number, c: number, d: number): number {
  // caught: max-params
  return a + b + c + d;
}
