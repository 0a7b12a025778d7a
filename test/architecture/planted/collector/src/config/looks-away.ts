/* oxlint-disable -- caught: house/no-directive */
/** Wrong: a file with rules of its own. */

let any = 0;

/** Counts. */
export const count = (): number => (any += 1);
