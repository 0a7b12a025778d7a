/** Wrong: left behind. */

/** Stops. */
export function stop(): void {
  debugger; // caught: correctness
}
