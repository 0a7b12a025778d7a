/** Wrong: work hidden where nobody looks; caught: no-warning-comments. */

// TODO mend this.
/** One. */
export const ONE = 1;
