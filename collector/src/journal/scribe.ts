/** Has the journal's thread write what waits, one batch after another; says so when it cannot, and tries again until it can. */
import { randomUUID } from 'node:crypto';
import type { JournalStatus, NodeMemory } from '@rollcall/contract';
import type { Recalled, Reply, StoreQuery } from './batch.ts';
import type { Failure, JournalFault } from './journal-fault.ts';
import { createQuestions, type Questions } from './questions.ts';
import type { RowQueue } from './row-queue.ts';
import { beginState, isWell, LOOK_MS, sizeOf, statusOf, type Past, type State } from './scribe-state.ts';
import { MENDS, sayState } from './say-state.ts';
import type { Settling } from './settling.ts';
import type { JournalThread, ThreadListener } from './start-worker.ts';

/** What the scribe works with. */
export interface ScribeHost {
  /** Named in what is said; the thread knows it by itself. */
  readonly path: string;
  readonly queue: RowQueue;
  readonly clock: { monoMs(): number };
  readonly timers: { after(ms: number, run: () => void): () => void };
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  start(listener: ThreadListener): JournalThread;
}

/** The scribe; it begins to open the file at once. */
export interface Scribe {
  /** Called with the past once the file is open. */
  onOpened(hear: (past: Past) => void): void;
  /** Called when the file cannot be opened for a cause that does not pass by itself within seconds. */
  onRefused(hear: () => void): void;
  /** This life begins without the past: once the file opens it goes on under a name of its own, so that nothing of it is written over. */
  renounce(): void;
  /** Calls `run` once all that is known of a node by now is in the file; at once while it is not written. */
  settle: Settling['add'];
  ask<T>(query: StoreQuery): Promise<T>;
  status(): JournalStatus;
  notes(): readonly string[];
  close(): Promise<void>;
}

/** A disk that takes longer than this stands still. */
const HANGING_MS = 10_000;
const RETRY_MOST_MS = 30_000;
const CLOSE_LIMIT_MS = 5_000;
/** What is refused so often for its own sake is not written any more. */
const TRIES = 3;

/** Starts the thread. */
export function createScribe(host: ScribeHost): Scribe {
  const state = beginState(host.queue);
  const questions = createQuestions(host.timers);
  let cancel: () => void = () => undefined;
  const look = (): void => {
    cancel = host.timers.after(LOOK_MS, look);
    proceed(host, { state, questions });
  };
  look();
  return {
    onOpened: (hear) => {
      state.hear = hear;
    },
    onRefused: (hear) => {
      state.refused = hear;
    },
    renounce: () => renounce(host, state),
    settle: (node, run) => (isWell(state.state) ? state.settling.add(node, run) : run()),
    ask: async <T>(query: StoreQuery): Promise<T> => {
      proceed(host, { state, questions });
      if (!state.isOpen || state.thread === undefined)
        throw new Error(sayState(host.path, { ...state, queue: host.queue }));
      return (await questions.ask(state.thread, query)) as T;
    },
    status: () => statusOf(host, state),
    notes: () => (isWell(state.state) ? [] : [sayState(host.path, { ...state, queue: host.queue })]),
    close: async () => {
      await finish(host, { state, questions });
      cancel();
      state.thread?.end();
      state.thread = undefined;
      questions.refuseAll('the journal is closed');
    },
  };
}

function renounce({ path, log }: ScribeHost, state: State): void {
  state.hear = state.refused = undefined;
  state.replica = randomUUID();
  log.warn({ journal: path }, 'the journal did not open in time: this life begins without its past, and tries again');
}

interface Running {
  readonly state: State;
  readonly questions: Questions;
}

/** Gives the thread its next work, if it has none. */
function proceed(host: ScribeHost, running: Running): void {
  const { state } = running;
  const now = host.clock.monoMs();
  if (state.pending !== undefined) {
    if (now - state.pendingSinceMono >= HANGING_MS)
      turn(host, state, { state: 'hanging', why: `no answer for ${HANGING_MS / 1000} s` });
    return;
  }
  if (now < state.retryMono || state.closed !== undefined) return;
  state.thread ??= startThread(host, running);
  if (!state.isOpen) return send(host, state, 'open');
  state.batch ??= host.queue.take();
  if (state.batch !== undefined) send(host, state, 'write');
}

function send({ clock }: ScribeHost, state: State, kind: 'open' | 'write' | 'close'): void {
  state.pending = kind;
  state.pendingSinceMono = clock.monoMs();
  const { thread, batch, replica } = state;
  if (kind === 'open') {
    state.memories = [];
    thread?.post({ kind, replica });
  } else if (kind === 'close') thread?.post({ kind });
  else if (batch !== undefined) thread?.post({ kind, batch });
}

function startThread(host: ScribeHost, running: Running): JournalThread {
  const { state, questions } = running;
  return host.start({
    replied: (reply) => hear(host, running, reply),
    died: (why) => {
      state.thread = undefined;
      questions.refuseAll(`the journal's thread ended: ${why}`);
      fail(host, state, { fault: 'failed', message: `its thread ended: ${why}` });
      state.isOpen = false;
    },
  });
}

function hear(host: ScribeHost, running: Running, reply: Reply): void {
  const { state, questions } = running;
  switch (reply.kind) {
    case 'memories':
      return remember(state, reply.memories);
    case 'opened':
      return opened(host, running, reply.recalled);
    case 'written':
      return written(host, running);
    case 'failed':
      return fail(host, state, reply.failure);
    case 'closed':
      return state.closed?.();
    case 'answer':
      return questions.answer(reply.id, reply.value);
    case 'refused':
      if (MUST_REOPEN.has(reply.failure.fault)) state.isOpen = false;
      return questions.refuse(reply.id, reply.failure.message);
  }
}

function remember(state: State, memories: readonly NodeMemory[]): void {
  // Nobody asks any more when the file is opened again.
  if (state.hear !== undefined) for (const memory of memories) state.memories.push(memory);
}

function opened(host: ScribeHost, running: Running, recalled: Recalled): void {
  const { state } = running;
  const { path, log } = host;
  state.pending = undefined;
  state.isOpen = true;
  if (recalled.setAside !== undefined)
    log.warn(
      { journal: path, setAside: recalled.setAside },
      'the journal was damaged: it is set aside, and a new one begun',
    );
  turn(host, state, { state: 'writing', why: '' });
  state.hear?.({ ...recalled, memories: state.memories });
  state.hear = state.refused = undefined;
  state.memories = [];
  proceed(host, running);
}

function written(host: ScribeHost, running: Running): void {
  const { state } = running;
  state.written += sizeOf(state.batch);
  state.batch = undefined;
  state.pending = undefined;
  state.tries = 0;
  state.retryMs = LOOK_MS;
  state.lastWriteMono = host.clock.monoMs();
  turn(host, state, { state: 'writing', why: '' });
  state.settling.written();
  // What is left of a burst follows at once; what came meanwhile waits for the next look, so that a transaction is worth its while.
  if (host.queue.queued() >= BURST) proceed(host, running);
}

const BURST = 500;

/** After these the thread has closed the file. */
const MUST_REOPEN: ReadonlySet<JournalFault> = new Set(['readOnly', 'locked', 'corrupt', 'unreachable']);

function fail(host: ScribeHost, state: State, { fault, message }: Failure): void {
  state.pending = undefined;
  if (MUST_REOPEN.has(fault)) state.isOpen = false;
  state.tries += 1;
  if (fault === 'failed' && state.tries >= TRIES && state.batch !== undefined) {
    // Not the disk's fault: it would stand in the way of everything behind it for ever.
    state.lost += sizeOf(state.batch);
    state.batch = undefined;
    state.tries = 0;
  }
  state.retryMono = host.clock.monoMs() + state.retryMs;
  state.retryMs = Math.min(RETRY_MOST_MS, state.retryMs * 2);
  turn(host, state, { state: fault, why: message });
  // Who held the file may be this collector's former life, which is ending.
  if (fault !== 'locked') state.refused?.();
}

/** Says once what has changed. */
function turn({ path, log, queue }: ScribeHost, state: State, next: Pick<State, 'state' | 'why'>): void {
  const before = state.state;
  state.state = next.state;
  state.why = next.why;
  if (!isWell(next.state)) state.settling.letGo();
  if (before === next.state) return;
  const fields = { journal: path, state: next.state };
  if (isWell(next.state)) {
    log.info(
      { ...fields, dropped: queue.dropped() + state.lost },
      before === 'opening' ? 'the journal is open' : 'the journal is written again',
    );
  } else log.warn({ ...fields, why: next.why }, `the journal is not written, all else goes on: ${MENDS[next.state]}`);
}

/** Writes what waits, as far as the disk lets it within the limit. */
async function finish(host: ScribeHost, running: Running): Promise<void> {
  const { state } = running;
  if (state.closed !== undefined || !state.isOpen) return;
  const endMono = host.clock.monoMs() + CLOSE_LIMIT_MS;
  const pause = (): Promise<void> => new Promise((resolve) => void host.timers.after(CLOSE_LOOK_MS, resolve));
  while (sizeOf(state.batch) + host.queue.queued() > 0 && host.clock.monoMs() < endMono && state.isOpen) {
    proceed(host, running);
    await pause();
  }
  await new Promise<void>((resolve) => {
    state.closed = resolve;
    host.timers.after(Math.max(CLOSE_LOOK_MS, endMono - host.clock.monoMs()), resolve);
    send(host, state, 'close');
  });
}

const CLOSE_LOOK_MS = 10;
