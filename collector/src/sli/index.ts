/** The door of the SLI core. */
export { answerPolicy, summarisePolicy, tooManyPools } from './answer-policy.ts';
export { createHourBook, type HourBook } from './hour-book.ts';
export { createLedger, type Ledger } from './ledger.ts';
export { readPolicy, type Span } from './read-policy.ts';
export type { PolicyReading, WindowReading } from './reading.ts';
export { EXCLUDABLE_SHARE, findExcluder, splitHours } from './exclude-hours.ts';
