/** What this package needs from its host: time, timers and a place for log lines; all are arguments, so that tests own them. */

/** Time and chance. `monoMs` never steps back; `wallMs` is Unix time in milliseconds; `random` is in [0, 1). */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
  random(): number;
}

/** Runs `run` once after `ms` milliseconds unless the returned function, which may be called at any time, cancels it. */
export interface Timers {
  after(ms: number, run: () => void): () => void;
}

/** A place for log lines; pino's Logger is one. Must not throw. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
