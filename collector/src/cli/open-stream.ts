/** The stream of this process, on the machine's timers. */
import { randomBytes } from 'node:crypto';
import { createStream, type Stream, type StreamHost } from '../http/stream.ts';
import { systemTimers } from './system-clock.ts';

/** A stream of these summaries without clients, whose ids no other process gives. */
export function openStream(summaries: StreamHost['summaries'], log: StreamHost['log']): Stream {
  return createStream({ summaries, log, after: systemTimers.after, life: randomBytes(4).toString('hex') });
}
