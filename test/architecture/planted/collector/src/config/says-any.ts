/** Wrong: the compiler looks away. */

/** Reads. */
export function read(value: any): string {
  // caught: typescript/no-explicit-any
  return String(value);
}
