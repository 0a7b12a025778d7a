/** Seeds that once failed, and why; they run in every `make test`. A change of plan.ts draws other histories: then they are found anew. */

/** The seeds of the embedded runs. */
export const REGRESSIONS: readonly number[] = [
  // A proxy that accepts watches and says nothing, cut again and again: each new watch counted as proof, for ever.
  9, 10, 12, 19,
  // The campaign's own: two faults that delete one definition.
  180,
  // Its own again: what a policy had exported before its kind was deleted, and excuses that end while the town rests.
  186, 196,
  // A pod that was ending, first seen under a wrong clock: the finding TerminatingStuck comes late.
  376,
  // The campaign's own: policies whose definition came back while the connection was half-open were heard of when that ended.
  666,
];
