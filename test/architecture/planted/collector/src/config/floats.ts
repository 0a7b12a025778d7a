/** Wrong: nobody hears of what goes wrong. */

/** Starts and forgets. */
export function start(load: () => Promise<void>): void {
  load(); // caught: typescript/no-floating-promises
}
