/** The place of one collector in a run: it lives there, dies and is born again, and what befalls it is written down. */
import { createLine, type Line } from './line.ts';
import { startLife, type Life, type Said } from './replica.ts';
import type { SimTime } from './sim-time.ts';
import type { Town } from './town.ts';

/** A seat. */
export interface Seat {
  readonly name: string;
  readonly line: Line;
  readonly daemonLine: Line | undefined;
  /** The collector of now; changed by the seat alone. */
  life: Life | undefined;
  /** Sets its wall clock, which is right at first. */
  stepClock(byMs: number): void;
  /** False while its wall clock is wrong, and for as long as an object's time may have been compared with it. */
  hasClock(): boolean;
  /** False where its clock was wrong before it can have seen a probe change, by which it knows the clock of a source. */
  knowsSources(): boolean;
  /** Begins a fault that this collector may feel; the answer ends it, and its traces are gone `tailMs` later. */
  beginTrouble(tailMs: number): () => void;
  /** True while a fault, or what it left behind, can be felt. */
  isTroubled(): boolean;
  start(): Promise<void>;
  /** Ends the life in good order, or without a word to anybody. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** What the lives that have ended had exported of each DaemonSet, in node-milliseconds. */
  readonly exportedMs: Map<string, number>;
}

/** What a seat is made with. */
export interface SeatOptions {
  readonly time: SimTime;
  readonly name: string;
  readonly chance: () => number;
  readonly town: Pick<Town, 'kube' | 'registry'>;
  readonly elects: boolean;
  readonly said: (what: Said) => void;
}

/** A seat without a collector. */
export function createSeat({ time, name, chance, town, elects, said }: SeatOptions): Seat {
  const line = createLine({ time, chance, accept: town.kube.accept });
  const { registry } = town;
  const daemonLine = registry && createLine({ time, chance, accept: registry.kube.accept });
  const clock = createWallClock(time);
  let starting = false;
  const end = async (isKilled: boolean): Promise<void> => {
    const dying = seat.life;
    seat.life = undefined;
    if (dying === undefined) return;
    for (const [daemon, ms] of dying.exportedMs()) seat.exportedMs.set(daemon, (seat.exportedMs.get(daemon) ?? 0) + ms);
    await dying.stop(isKilled);
  };
  const seat: Seat = {
    ...createTroubles(time),
    ...clock,
    name,
    line,
    daemonLine,
    exportedMs: new Map(),
    life: undefined,
    start: async () => {
      if (starting || seat.life !== undefined) return;
      starting = true;
      const seed = Math.floor(chance() * 2 ** 32);
      clock.born();
      seat.life = await startLife({ time, line, daemonLine, elects, seed, wallOffsetMs: clock.offsetMs, said });
      starting = false;
    },
    stop: () => end(false),
    kill: () => end(true),
  };
  return seat;
}

function createTroubles(time: SimTime): Pick<Seat, 'beginTrouble' | 'isTroubled'> {
  let troubles = 0;
  let untilMs = -Infinity;
  return {
    beginTrouble: (tailMs) => {
      troubles += 1;
      return () => {
        troubles -= 1;
        untilMs = Math.max(untilMs, time.now() + tailMs);
      };
    },
    isTroubled: () => troubles > 0 || time.now() <= untilMs,
  };
}

/** Probes are a minute apart, and a source may be away for 10. */
const CLOCK_TAIL_MS = 720_000;

interface WallClock extends Pick<Seat, 'stepClock' | 'hasClock' | 'knowsSources'> {
  offsetMs(): number;
  born(): void;
}

function createWallClock(time: SimTime): WallClock {
  let offsetMs = 0;
  let steppedMs = -Infinity;
  let bornMs = -Infinity;
  let misled = false;
  const clock: WallClock = {
    offsetMs: () => offsetMs,
    stepClock: (byMs) => {
      offsetMs += byMs;
      steppedMs = time.now();
      misled ||= steppedMs < bornMs + CLOCK_TAIL_MS;
    },
    hasClock: () => offsetMs === 0 && time.now() > steppedMs + CLOCK_TAIL_MS,
    knowsSources: () => !misled || clock.hasClock(),
    born: () => {
      bornMs = time.now();
      misled = !clock.hasClock();
    },
  };
  return clock;
}
