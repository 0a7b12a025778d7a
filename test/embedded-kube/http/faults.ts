/** Switches that make the server misbehave on purpose, for tests of its clients. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { ApiFailure } from '../objects/api-failure.ts';
import { encodeEvent, wireObject } from '../objects/wire-object.ts';

/**
 * The next `times` API requests are answered wrongly: by a refusal (`retryAfter` in seconds is sent as Retry-After; a watch may be
 * told of a 410 by an ERROR event instead: `asEvent`), or by the first part of something gzipped that nobody asked for.
 */
export type Refusals = {
  readonly status: 410 | 429 | 503 | 'truncated gzip';
  readonly times: number;
  readonly retryAfter?: number;
  readonly asEvent?: boolean;
};

/** A watch as the faults see it. */
export type OpenWatch = {
  /** Breaks the connection; with `at` behind that part of an event. */
  cut(at: number | undefined): void;
  /** Goes on after a thaw. */
  resume(): void;
};

/** What requests and watches look at before they do anything. */
export type FaultState = {
  readonly watches: Set<OpenWatch>;
  frozen: boolean;
  muted: boolean;
  bookmarksPaused: boolean;
  eventsRepeated: boolean;
  /** As a server, or a proxy before one, that speaks JSON alone. */
  jsonOnly: boolean;
  protobufRefused: boolean;
  refusals: Refusals | undefined;
  readonly waiting: Set<() => void>;
};

/** A state without faults. */
export function createFaultState(): FaultState {
  return {
    watches: new Set(),
    frozen: false,
    muted: false,
    bookmarksPaused: false,
    eventsRepeated: false,
    jsonOnly: false,
    protobufRefused: false,
    refusals: undefined,
    waiting: new Set(),
  };
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

/** Mutes watches (requests are answered, watches say nothing behind their headers) or lets them speak: what waited is said then. */
export function setMuted(state: FaultState, muted: boolean): void {
  state.muted = muted;
  if (!muted) state.watches.forEach((watch) => watch.resume());
}

/** Gives the next of the ordered wrong answers, if any is left: true when it was sent; a refusal is thrown. */
export function answerWrongly(state: FaultState, response: ServerResponse, isWatch: boolean): boolean {
  const { refusals } = state;
  if (refusals === undefined || refusals.times <= 0) return false;
  state.refusals = { ...refusals, times: refusals.times - 1 };
  if (refusals.status === 'truncated gzip') {
    sendTruncatedGzip(response, isWatch);
    return true;
  }
  const failure = refuse(refusals.status, refusals.retryAfter);
  if (!isWatch || refusals.asEvent !== true) throw failure;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(encodeEvent('json', 'ERROR', wireObject(failure.status)));
  return true;
}

const REFUSALS = {
  410: { reason: 'Expired', message: 'The resourceVersion for the provided watch is too old.' },
  429: { reason: 'TooManyRequests', message: 'too many requests, please try again later' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
} as const;

function refuse(code: keyof typeof REFUSALS, retryAfterSeconds: number | undefined): ApiFailure {
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
  return new ApiFailure({ code, ...REFUSALS[code], ...details });
}

/** What a proxy would send that compresses by itself and dies: no byte of it is JSON. */
function sendTruncatedGzip(response: ServerResponse, isWatch: boolean): void {
  const metadata = { name: 'nobody', uid: 'nobody', resourceVersion: '1' };
  const text = isWatch
    ? encodeEvent('json', 'ADDED', wireObject({ kind: 'Nobody', apiVersion: 'v1', metadata })).toString()
    : JSON.stringify({ metadata: { resourceVersion: '1' }, items: [{ metadata }] });
  const packed = gzipSync(text.repeat(20));
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.write(packed.subarray(0, packed.length >> 1), () => response.destroy());
}
