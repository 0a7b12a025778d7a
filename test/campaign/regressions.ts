/** Seeds that once failed, and why; they run in every `make test`. */

/** The seeds of the embedded runs. */
export const REGRESSIONS: readonly number[] = [
  // A proxy that accepts watches and says nothing, cut again and again: each new watch counted as proof, for ever.
  11, 29,
];
