/** Wrong: a word where a number is due. */

/** A port. */
export const port: number = 'eighty'; // caught: type-check
