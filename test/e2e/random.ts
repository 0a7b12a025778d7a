/** Random numbers that can be repeated. */

/** Numbers in [0, 1) that depend on nothing but the seed (mulberry32: 32 bits of state, and a few lines that will never change). */
export function seedNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this run: ROLLCALL_SEED, else a new one; printed, so that a failure can be repeated. */
export function announceSeed(): number {
  const seed = Number(process.env['ROLLCALL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`seed ${seed} (ROLLCALL_SEED=${seed} repeats it)`);
  return seed;
}

/** Draws from one seeded stream. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** An integer from `least` to `most`, both included. */
  integer(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
  /** A list of up to `most` items, each made by a call. */
  some<T>(most: number, make: () => T): T[];
}

/** The stream of a seed. */
export function createRandom(seed: number): Random {
  const next = seedNumbers(seed);
  return {
    next,
    chance: (probability) => next() < probability,
    integer: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T,
    some: (most, make) => Array.from({ length: Math.floor(next() * (most + 1)) }, make),
  };
}
