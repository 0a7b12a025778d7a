/** Wrong: a timer cannot await. */

/** Ticks. */
export function tick(load: () => Promise<void>): NodeJS.Timeout {
  return setInterval(load, 1000); // caught: typescript/no-misused-promises
}
