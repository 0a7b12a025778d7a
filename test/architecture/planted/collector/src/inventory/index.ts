/** Right: the inventory may import the contract. */
import type { Word } from '@rollcall/contract';

/** A node and its word. */
export interface Entry {
  readonly word: Word;
}

/** A new entry. */
export function enter(word: Word): Entry {
  return { word };
}
