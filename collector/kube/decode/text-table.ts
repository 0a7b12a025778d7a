/**
 * Gives texts out of bytes, one object for equal texts: of 100,000 nodes almost all label keys, reasons and messages are the same few
 * hundred, and to find one by its bytes costs less than to make it anew and have it collected.
 */

import type { Place } from './place.ts';

// Kubernetes itself cuts label values at 63; nothing longer is repeated often enough to be worth a look-up.
const MOST_BYTES = 256;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A cache of texts that forgets, so that it never grows. Each text has two slots: a new one takes the first, pushes what is there into the
 * second, and that out. With one slot each, two texts that all nodes have and that share it would be made anew for every node.
 */
export class TextTable {
  readonly #slots: (string | undefined)[];
  readonly #mask: number;

  /** `bits`: it has 2^bits slots, 8 bytes each. */
  constructor(bits = 14) {
    this.#slots = Array.from({ length: 2 ** bits });
    this.#mask = 2 ** bits - 1;
  }

  /** The UTF-8 text that lies in `bytes` from `from` to before `to`; bytes that are no UTF-8 become U+FFFD, as they do in JSON. */
  read(bytes: Buffer, from: number, to: number): string {
    if (from === to) return '';
    if (to - from > MOST_BYTES) return bytes.toString('utf8', from, to);
    let hash = FNV_OFFSET;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), FNV_PRIME);
    const slot = (hash ^ (hash >>> 15)) & this.#mask;
    const first = this.#slots[slot];
    if (first !== undefined && isSame(first, bytes, { from, to })) return first;
    return this.#seek(bytes, { from, to }, slot);
  }

  #seek(bytes: Buffer, place: Place, slot: number): string {
    const second = this.#slots[slot ^ 1];
    if (second !== undefined && isSame(second, bytes, place)) return second;
    this.#slots[slot ^ 1] = this.#slots[slot];
    return (this.#slots[slot] = bytes.toString('utf8', place.from, place.to));
  }
}

/** Only a text that is ASCII has as many characters as bytes with the same values; any other is made anew. */
function isSame(text: string, bytes: Buffer, { from, to }: Place): boolean {
  if (text.length !== to - from) return false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== text.charCodeAt(at - from) || byte > 0x7f) return false;
  }
  return true;
}
