/** Seeds that once failed, and why; they run in every `make test`. A change of plan.ts draws other histories: then they are found anew. */

/** The seeds of the embedded runs. */
export const REGRESSIONS: readonly number[] = [
  // A lone collector that is born among muted watches, and exports nothing before it knows what is expected.
  10,
];
