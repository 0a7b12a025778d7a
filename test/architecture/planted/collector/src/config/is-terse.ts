/** Wrong: an export without a contract; the sentence at the top is about the module. */

export const ONE = 1; // caught: house/export-comment

/** Right. */
export const TWO = 2;
