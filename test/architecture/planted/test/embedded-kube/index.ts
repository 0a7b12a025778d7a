/** The door of the planted API server. */

/** Starts nothing. */
export function startServer(): number {
  return 0;
}
