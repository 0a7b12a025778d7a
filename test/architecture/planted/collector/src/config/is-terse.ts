/** Wrong: an export without a contract. */

export const ONE = 1; // caught: house/export-comment
