/** Wrong: eleven ways through one function. */

/** Sorts a number. */
export function sort(n: number): string {
  // caught: complexity
  if (n < 0) return 'a';
  if (n < 1) return 'b';
  if (n < 2) return 'c';
  if (n < 3) return 'd';
  if (n < 4) return 'e';
  if (n < 5) return 'f';
  if (n < 6) return 'g';
  if (n < 7) return 'h';
  if (n < 8) return 'i';
  return n < 9 ? 'j' : 'k';
}
