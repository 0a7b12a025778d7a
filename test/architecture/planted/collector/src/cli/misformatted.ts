/** Wrong: a layout of its own. */

/** One. */
export const ONE =    1 // caught: prettier
