/** The place of one collector in a run: it lives there, dies and is born again, and what befalls it is written down. */
import { createLine, type Line } from './line.ts';
import { startLife, type Life, type Said } from './replica.ts';
import type { SimTime } from './sim-time.ts';

/** A seat. */
export interface Seat {
  readonly name: string;
  readonly line: Line;
  readonly life: Life | undefined;
  /** Changed by faults. */
  wallOffsetMs: number;
  /** Begins a fault that this collector may feel; the answer ends it, and its traces are gone `tailMs` later. */
  beginTrouble(tailMs: number): () => void;
  /** True while a fault, or what it left behind, can be felt. */
  isTroubled(): boolean;
  start(): Promise<void>;
  /** Ends the life without a word to anybody. */
  kill(): Promise<void>;
}

/** What a seat is made with. */
export interface SeatOptions {
  readonly time: SimTime;
  readonly name: string;
  readonly chance: () => number;
  readonly accept: Parameters<typeof createLine>[0]['accept'];
  readonly said: (what: Said) => void;
}

/** A seat without a collector. */
export function createSeat({ time, name, chance, accept, said }: SeatOptions): Seat {
  const line = createLine({ time, chance, accept });
  let life: Life | undefined;
  let starting = false;
  let troubles = 0;
  let troubledUntilMs = -Infinity;
  const seat: Seat = {
    name,
    line,
    get life() {
      return life;
    },
    wallOffsetMs: 0,
    beginTrouble: (tailMs) => {
      troubles += 1;
      return () => {
        troubles -= 1;
        troubledUntilMs = Math.max(troubledUntilMs, time.now() + tailMs);
      };
    },
    isTroubled: () => troubles > 0 || time.now() <= troubledUntilMs,
    start: async () => {
      if (starting || life !== undefined) return;
      starting = true;
      const seed = Math.floor(chance() * 2 ** 32);
      life = await startLife({ time, line, seed, wallOffsetMs: () => seat.wallOffsetMs, said });
      starting = false;
    },
    kill: async () => {
      const dying = life;
      life = undefined;
      await dying?.stop();
    },
  };
  return seat;
}
