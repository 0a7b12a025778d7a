/** Says in words why a journal is not written, and what to do about it. */
import type { JournalState } from '@rollcall/contract';

/** What to do, by state; '' where nothing is to be done. */
export const MENDS: Readonly<Record<JournalState, string>> = {
  memory: '',
  opening: 'it is being opened',
  writing: '',
  full: 'its disk is full; make room, and it goes on by itself',
  readOnly: 'its file or its file system is read-only; make it writable, and it goes on by itself',
  locked: 'another process holds its file; a collector needs one of its own',
  corrupt: 'its file is damaged; it is set aside and a new one begun',
  unreachable: 'its file cannot be reached; check the folder and its volume',
  hanging: 'its disk does not answer; it goes on by itself when it does',
  failed: 'it failed; the log says why',
};

/** What is said. */
export interface SaidState {
  readonly state: JournalState;
  readonly why: string;
  readonly lost: number;
  readonly queue: { queued(): number; dropped(): number };
}

/** One sentence for /readyz. */
export function sayState(path: string, { state, why, lost, queue }: SaidState): string {
  const cause = why === '' ? '' : ` (${why})`;
  const rows = `${queue.queued()} rows wait, ${queue.dropped() + lost} were dropped`;
  return `the journal ${path} is not written: ${MENDS[state]}${cause}; ${rows}`;
}
