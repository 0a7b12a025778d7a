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
  const queue = createQueue();
  let current: ClusterEvent | undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;
  const work = (): void => {
    const endMono = clock.monoMs() + STRETCH_MS;
    while (clock.monoMs() < endMono) {
      const event = current ?? queue.take();
      if (event === undefined) return;
      if (current === undefined) pipeline.begin(event);
      current = undefined;
      if (pipeline.proceed()) current = event;
      else applied(event);
    }
  };
  const run = (): void => {
    cancel = undefined;
    try {
      work();
    } finally {
      if ((current ?? queue.first()) !== undefined && !stopped) cancel = timers.after(0, run);
    }
  };
  return {
    push: (event) => {
      queue.add(event);
      if (cancel === undefined) run();
    },
    first: () => timeOf(current ?? queue.first()),
    stop: () => {
      stopped = true;
      cancel?.();
    },
  };
}

function timeOf(event: ClusterEvent | undefined): Instant | undefined {
  return event && { monoMs: event.monoMs, wallMs: event.wallMs };
}

interface Queue {
  add(event: ClusterEvent): void;
  first(): ClusterEvent | undefined;
  take(): ClusterEvent | undefined;
}

/** Thousands may wait: to shift an array that long moves all of it. */
function createQueue(): Queue {
  const events: ClusterEvent[] = [];
  let taken = 0;
  return {
    add: (event) => void events.push(event),
    first: () => events[taken],
    take: () => {
      const event = events[taken];
      taken += 1;
      if (taken >= events.length) taken = events.length = 0;
      return event;
    },
  };
}
