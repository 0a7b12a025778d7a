/** Wrong: a promise that the compiler cannot keep. */

/** The first. */
export function first(list: readonly string[]): string {
  return list[0]!; // caught: typescript/no-non-null-assertion
}
