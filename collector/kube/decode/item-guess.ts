/** Guesses where a list's item ends, which saves looking at each of its bytes: two thirds of the cost of taking a list apart. */
import type { ToText } from './trim-lists.ts';

// Long enough to hold the first key of an object (`{"metadata":` or `{"apiVersion`).
const OPENING_BYTES = 12;
// Bounds the work wasted on lists that do not look like the guess.
const MISSES_ALLOWED = 8;

/** Guesses for one list. */
export interface ItemGuess {
  /**
   * The item that begins at `at` and the index behind it, or undefined when there is no good guess.
   * The end is guessed where a `}` is followed by a comma and by what the first item began with, and proved by parsing:
   * a proper prefix of a JSON object is never itself a JSON object, so a guess that parses is the item.
   */
  cut(chunk: Buffer, at: number): { readonly item: unknown; readonly end: number } | undefined;
  /** To be called at each new chunk. */
  reset(): void;
}

/** No guess before the first item was seen. `toText` takes whole objects out at most, so that the proof holds. */
export function createItemGuess(toText: ToText): ItemGuess {
  let marker: Buffer | undefined;
  let misses = 0;
  return {
    cut(chunk, at) {
      if (misses >= MISSES_ALLOWED) return undefined;
      marker ??= learnMarker(chunk, at);
      const brace = marker === undefined ? -1 : chunk.indexOf(marker, at);
      const item = brace < 0 ? undefined : parseObject(toText(chunk.subarray(at, brace + 1)));
      if (item !== undefined) return { item, end: brace + 1 };
      misses++;
      return undefined;
    },
    reset() {
      misses = 0;
    },
  };
}

function learnMarker(chunk: Buffer, at: number): Buffer | undefined {
  const opening = chunk.subarray(at, at + OPENING_BYTES);
  return opening.length === OPENING_BYTES && opening[0] === 0x7b
    ? Buffer.concat([Buffer.from('},'), opening])
    : undefined;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
