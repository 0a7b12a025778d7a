/** Wrong: the core reads a clock. */

/** Now. */
export const now = (): number => Date.now(); // caught: no-restricted-globals
