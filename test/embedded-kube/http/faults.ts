/** Switches that make the server misbehave on purpose, for tests of its clients. */
import { ApiFailure } from '../objects/api-failure.ts';

/** The next `times` API requests are refused; `retryAfter` in seconds is sent as Retry-After. */
export type Refusals = { readonly status: 429 | 503; readonly times: number; readonly retryAfter?: number };

/** A watch as the faults see it. */
export type OpenWatch = {
  /** Breaks the connection; `midObject` sends the first half of an event before. */
  cut(midObject: boolean): void;
  /** Goes on after a thaw. */
  resume(): void;
};

/** What requests and watches look at before they do anything. */
export type FaultState = {
  readonly watches: Set<OpenWatch>;
  frozen: boolean;
  bookmarksPaused: boolean;
  refusals: Refusals | undefined;
  readonly waiting: Set<() => void>;
};

/** A state without faults. */
export function createFaultState(): FaultState {
  return { watches: new Set(), frozen: false, bookmarksPaused: false, refusals: undefined, waiting: new Set() };
}

/** Waits while the server is frozen. */
export async function passFreeze(state: FaultState): Promise<void> {
  if (!state.frozen) return;
  await new Promise<void>((resolve) => state.waiting.add(resolve));
}

/** Freezes (requests are accepted and never answered, watches fall silent) or thaws (what waited is done then). */
export function setFrozen(state: FaultState, frozen: boolean): void {
  state.frozen = frozen;
  if (frozen) return;
  const waiting = [...state.waiting];
  state.waiting.clear();
  waiting.forEach((resume) => resume());
  state.watches.forEach((watch) => watch.resume());
}

/** Throws the next of the ordered refusals, if any is left. */
export function refuseIfOrdered(state: FaultState): void {
  const { refusals } = state;
  if (refusals === undefined || refusals.times <= 0) return;
  state.refusals = { ...refusals, times: refusals.times - 1 };
  const isBusy = refusals.status === 429;
  const retry = refusals.retryAfter;
  throw new ApiFailure({
    code: refusals.status,
    reason: isBusy ? 'TooManyRequests' : 'ServiceUnavailable',
    message: isBusy
      ? 'too many requests, please try again later'
      : 'the server is currently unable to handle the request',
    ...(retry !== undefined && { details: { retryAfterSeconds: retry } }),
  });
}
