/** The line in front of the pipeline: events go in one after another, and what touches whole policies holds up nothing else for long. */
import type { ClusterEvent } from '@rollcall/contract';
import type { Clock, Timers } from '@rollcall/kube';
import type { Instant } from '../coverage/index.ts';
import type { Pipeline } from '../pipeline.ts';

/** The line. An event enters at once while nobody waits; its time is that of its arrival in any case. */
export interface EventLine {
  push(event: ClusterEvent): void;
  /** The time of the event that is next, or half applied; undefined while nobody waits. */
  first(): Instant | undefined;
  /** Nothing goes on by itself any more. */
  stop(): void;
}

/** What the line works with. `applied` is called after each event. */
export interface EventLineHost {
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly timers: Timers;
  readonly applied: (event: ClusterEvent) => void;
}

/** So long it works before it lets others (scrapes, sockets) have their turn. */
const STRETCH_MS = 10;

/** An empty line. What an event throws reaches whoever pushed it, or the timer; the events behind it go in all the same. */
export function createEventLine(
  pipeline: Pick<Pipeline, 'begin' | 'proceed'>,
  { clock, timers, applied }: EventLineHost,
): EventLine {
  const waiting: ClusterEvent[] = [];
  let entered = 0;
  let current: ClusterEvent | undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;
  const enter = (): ClusterEvent | undefined => {
    const event = waiting[entered];
    entered += 1;
    if (event !== undefined) pipeline.begin(event);
    else entered = waiting.length = 0;
    return event;
  };
  const work = (): void => {
    const endMono = clock.monoMs() + STRETCH_MS;
    while (clock.monoMs() < endMono) {
      const event = current ?? enter();
      current = undefined;
      if (event === undefined) return;
      if (pipeline.proceed()) current = event;
      else applied(event);
    }
  };
  const run = (): void => {
    cancel = undefined;
    try {
      work();
    } finally {
      if ((current !== undefined || waiting.length > 0) && !stopped) cancel = timers.after(0, run);
    }
  };
  return {
    push: (event) => {
      waiting.push(event);
      if (cancel === undefined) run();
    },
    first: () => {
      const event = current ?? waiting[entered];
      return event && { monoMs: event.monoMs, wallMs: event.wallMs };
    },
    stop: () => {
      stopped = true;
      cancel?.();
    },
  };
}
