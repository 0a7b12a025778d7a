/** Chance for tests: the same seed gives the same course of events. */

/** A source of chance. */
export interface Chance {
  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number;
  /** True once in `times` on average. */
  once(times: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** The mulberry32 generator; `seed` is any 32-bit integer. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('cannot pick from an empty list: give it an item');
      return item;
    },
  };
}
