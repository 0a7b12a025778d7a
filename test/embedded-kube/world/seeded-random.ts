/** Reproducible randomness: mulberry32, a small generator with a 32-bit state. */

/** Draws from one seeded sequence; the same seed and the same order of calls give the same draws. */
export type SeededRandom = {
  /** A number in [0, 1). */
  next(): number;
  /** A number in [min, max). */
  between(min: number, max: number): number;
  /** One of the items; throws RangeError when there is none. */
  pick<Item>(items: readonly Item[]): Item;
};

/** A generator for a seed, of which the low 32 bits count. */
export function createRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + next() * (max - min),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from: the list is empty');
      return item;
    },
  };
}
