/** Wrong: a name that fits everything; caught: house/telling-name. */

/** One. */
export const ONE = 1;
