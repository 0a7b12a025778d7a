/** Wrong: the core has time, chance and I/O of its own. */

/** One of each. */
export const effects = [
  (): number => Date.now(), // caught: no-restricted-globals
  (): unknown => Temporal, // caught: no-restricted-globals
  (): number => performance.now(), // caught: no-restricted-globals
  (): unknown => process.env, // caught: no-restricted-globals
  (): unknown => fetch, // caught: no-restricted-globals
  (): unknown => WebSocket, // caught: no-restricted-globals
  (): unknown => EventSource, // caught: no-restricted-globals
  (): unknown => setTimeout, // caught: no-restricted-globals
  (): unknown => setInterval, // caught: no-restricted-globals
  (): unknown => setImmediate, // caught: no-restricted-globals
  (): unknown => queueMicrotask, // caught: no-restricted-globals
  (): unknown => console, // caught: no-restricted-globals
  (): unknown => crypto, // caught: no-restricted-globals
  (): unknown => globalThis, // caught: no-restricted-globals
  (): unknown => global, // caught: no-restricted-globals
  (): number => Math.random(), // caught: no-restricted-properties
];
