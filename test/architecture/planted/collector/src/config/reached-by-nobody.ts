/** Wrong: nothing imports this; caught: files. */

/** One. */
export const ONE = 1;
