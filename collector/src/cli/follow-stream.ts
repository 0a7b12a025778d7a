/** Follows the stream of a running collector: comes back after each cut where it left off, and never gives up by itself. */
import type { StreamMessage } from '@rollcall/contract';
import { createBackoff, type Clock, type Timers } from '@rollcall/kube';
import type { CollectorClient } from './collector-client.ts';
import { createEventReader } from './read-event-stream.ts';

/** What is followed, and whom it is told to. */
export interface Following {
  readonly client: Pick<CollectorClient, 'open'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly signal: AbortSignal;
  onMessage(message: StreamMessage): void;
  /** The stream is open, for the first time or again. */
  onOpen(): Promise<void>;
  /** It is cut, or could not be opened again; told once until it is open. */
  onTrouble(why: string): void;
}

const PATH = '/api/v1/stream';
/** Three of the server's signs of life. */
const LONGEST_SILENCE_MS = 45_000;

/** Resolves when the signal aborts. Rejects when the stream cannot be opened the first time. */
export async function followStream(following: Following): Promise<void> {
  const { clock, signal } = following;
  const backoff = createBackoff(clock);
  const state = { lastId: '', wasOpen: false, isTold: false };
  while (!signal.aborted) {
    const since = clock.monoMs();
    try {
      await followOnce(following, state);
    } catch (error) {
      if (signal.aborted) return;
      if (!state.wasOpen) throw error;
      if (!state.isTold) following.onTrouble(error instanceof Error ? error.message : String(error));
      state.isTold = true;
    }
    await pause(following, backoff.next(undefined, clock.monoMs() - since));
  }
}

interface State {
  lastId: string;
  wasOpen: boolean;
  isTold: boolean;
}

async function followOnce(following: Following, state: State): Promise<void> {
  const { client, timers, signal } = following;
  const silence = new AbortController();
  const wait = (): (() => void) =>
    timers.after(LONGEST_SILENCE_MS, () =>
      silence.abort(new Error(`nothing heard for ${LONGEST_SILENCE_MS / 1000} s`)),
    );
  const ended = AbortSignal.any([signal, silence.signal]);
  const resume = state.lastId === '' ? {} : { 'Last-Event-ID': state.lastId };
  const body = await client.open(PATH, { Accept: 'text/event-stream', ...resume }, ended);
  let stop = wait();
  try {
    await following.onOpen();
    Object.assign(state, { wasOpen: true, isTold: false });
    const reader = createEventReader(state.lastId);
    for await (const piece of body) {
      stop();
      stop = wait();
      for (const { event, data } of reader.push(piece)) following.onMessage(readMessage(event, data));
      state.lastId = reader.lastId();
    }
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    stop();
  }
}

function readMessage(event: string, data: string): StreamMessage {
  return { event, ...(JSON.parse(data) as object) } as StreamMessage;
}

function pause({ timers, signal }: Following, ms: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
