/** How much counters rose from one answer to the next. */
import type { NodeValue } from './read-vector.ts';

/** The memory of one query. */
export interface Increases {
  /** What each node's series rose by since they were last seen, in sum; a node of which nothing was known before is left out. */
  take(values: readonly NodeValue[]): ReadonlyMap<string, number>;
}

/** A series that was not seen for so many answers is forgotten. */
const REMEMBERED = 20;

/**
 * Nothing known yet. Each series is followed by itself, so that one that ends (a pod that was replaced) is no fall of the sum; one that falls
 * has begun anew at 0, as Prometheus takes it. What a series has when it is seen first was before our time.
 */
export function createIncreases(): Increases {
  const known = new Map<string, { value: number; round: number }>();
  let round = 0;
  return {
    take: (values) => {
      round++;
      const increases = new Map<string, number>();
      for (const { node, series, value } of values) {
        if (value < 0) continue;
        const before = known.get(series);
        if (before === undefined) known.set(series, { value, round });
        else {
          // Twice in one answer: the same series, of which a backend that merges replicas shows two.
          const rise = value < before.value ? (before.round === round ? 0 : value) : value - before.value;
          increases.set(node, (increases.get(node) ?? 0) + rise);
          before.value = before.round === round ? Math.max(value, before.value) : value;
          before.round = round;
        }
      }
      for (const [series, own] of known) if (own.round < round - REMEMBERED) known.delete(series);
      return increases;
    },
  };
}

/** Cuts amounts to whole numbers, since nothing else is counted; what is cut off is kept for the next time. */
export interface Wholes {
  take(node: string, amount: number): number;
  /** Forgets the nodes that are none any more: in a cluster that scales new names come for ever. */
  keepOnly(isNode: (name: string) => boolean): void;
}

/** Nothing cut off yet. */
export function createWholes(): Wholes {
  const rests = new Map<string, number>();
  return {
    take: (node, amount) => {
      const all = amount + (rests.get(node) ?? 0);
      // Thirds of a record add up to one.
      const whole = Math.floor(all + 1e-6);
      const rest = all - whole;
      if (rest > 1e-6) rests.set(node, rest);
      else rests.delete(node);
      return whole;
    },
    keepOnly: (isNode) => {
      for (const node of rests.keys()) if (!isNode(node)) rests.delete(node);
    },
  };
}

/** The amounts of an answer that counts within a window by itself, in sum for each node. */
export function sumAmounts(values: readonly NodeValue[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { node, value } of values) if (value >= 0) sums.set(node, (sums.get(node) ?? 0) + value);
  return sums;
}
