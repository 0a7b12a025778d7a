/** Wrong: two exports that nobody imports, and one with two names. */

/** Right: main imports it. */
export const SPOKEN = 'covered';

/** Wrong. */
export const UNSPOKEN = 'uncovered'; // caught: exports

/** Wrong. */
export type Unspoken = 'unobserved'; // caught: types

/** Wrong. */
export const twin = (): number => 1; // caught: duplicates
/** The same under another name. */
export const brother = twin;
