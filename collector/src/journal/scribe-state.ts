/** What a scribe knows of its file, of its thread and of what is under way. */
import type { JournalState, JournalStatus, NodeMemory } from '@rollcall/contract';
import type { Batch, Recalled } from './batch.ts';
import type { RowQueue } from './row-queue.ts';
import { createSettling, type Settling } from './settling.ts';
import type { JournalThread } from './start-worker.ts';

/** How often the scribe looks whether there is work. */
export const LOOK_MS = 1_000;

/** What a former life left behind. */
export interface Past extends Recalled {
  readonly memories: readonly NodeMemory[];
}

/** Owned and changed by the scribe. */
export interface State {
  state: JournalState;
  thread: JournalThread | undefined;
  isOpen: boolean;
  replica: string | undefined;
  /** What the thread is doing for us, since when. */
  pending: 'open' | 'write' | 'close' | undefined;
  pendingSinceMono: number;
  batch: Batch | undefined;
  tries: number;
  retryMono: number;
  retryMs: number;
  lost: number;
  written: number;
  lastWriteMono: number | undefined;
  why: string;
  memories: NodeMemory[];
  hear: ((past: Past) => void) | undefined;
  refused: (() => void) | undefined;
  closed: (() => void) | undefined;
  readonly settling: Settling;
}

/** A scribe that has done nothing yet. */
export function beginState(queue: RowQueue): State {
  return {
    state: 'opening',
    thread: undefined,
    isOpen: false,
    replica: undefined,
    pending: undefined,
    pendingSinceMono: 0,
    batch: undefined,
    tries: 0,
    retryMono: 0,
    retryMs: LOOK_MS,
    lost: 0,
    written: 0,
    lastWriteMono: undefined,
    why: '',
    memories: [],
    hear: undefined,
    refused: undefined,
    closed: undefined,
    settling: createSettling(queue),
  };
}

interface Measured {
  readonly clock: { monoMs(): number };
  readonly queue: RowQueue;
}

/** Whether nothing has to be said. */
export function isWell(state: JournalState): boolean {
  return state === 'writing' || state === 'opening';
}

/** The health of a journal as it is told. */
export function statusOf(
  { clock, queue }: Measured,
  { state, lost, written, lastWriteMono, batch }: State,
): JournalStatus {
  return {
    state,
    queued: queue.queued() + sizeOf(batch),
    dropped: queue.dropped() + lost,
    written,
    lastWriteAgeMs: lastWriteMono === undefined ? undefined : clock.monoMs() - lastWriteMono,
  };
}

/** How many rows are in a batch. */
export function sizeOf(batch: Batch | undefined): number {
  return batch === undefined ? 0 : batch.rows.length + batch.memories.length + batch.cuts.length + batch.foreign.length;
}
