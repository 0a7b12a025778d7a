/** Wrong: another spelling; caught: unicorn/filename-case. */

/** One. */
export const ONE = 1;
