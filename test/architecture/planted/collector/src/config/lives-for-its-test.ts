/** Wrong: only its test imports this; caught: files. */

/** One. */
export const ONE = 1;
