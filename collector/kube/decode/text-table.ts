/**
 * Gives texts out of bytes, one object for equal texts: of 100,000 nodes almost all label keys, reasons and messages are the same few
 * hundred, and to find one by its bytes costs half of making it anew, and nothing to collect.
 */
import type { Place } from './place.ts';

// Longer texts are compared by their characters, which takes twice as long; above the last bound they are made anew each time.
const SHORT_BYTES = 64;
const MOST_BYTES = 256;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A cache of texts that forgets, so that it never grows. Each text has two slots: a new one takes the first, what was there the second,
 * and what was there is forgotten. With one slot each, two texts that all nodes have and that share it would be made anew for every node.
 */
export class TextTable {
  readonly #texts: (string | undefined)[];
  // Of each text its length, and its bytes if it is short.
  readonly #lengths: Uint16Array;
  readonly #bytes: Uint8Array;
  readonly #mask: number;

  /** `bits`: it has 2^bits slots, 74 bytes each. */
  constructor(bits = 13) {
    const slots = 2 ** bits;
    this.#texts = Array.from({ length: slots });
    this.#lengths = new Uint16Array(slots);
    this.#bytes = new Uint8Array(slots * SHORT_BYTES);
    this.#mask = slots - 1;
  }

  /** The UTF-8 text that lies in `bytes` from `from` to before `to`; bytes that are no UTF-8 become U+FFFD, as they do in JSON. */
  read(bytes: Buffer, from: number, to: number): string {
    if (from === to) return '';
    if (to - from > MOST_BYTES) return bytes.toString('utf8', from, to);
    const place = { from, to };
    const first = hash(bytes, place) & this.#mask;
    return this.#find(first, bytes, place) ?? this.#find(first ^ 1, bytes, place) ?? this.#add(first, bytes, place);
  }

  #find(slot: number, bytes: Buffer, { from, to }: Place): string | undefined {
    const length = to - from;
    if (this.#lengths[slot] !== length) return undefined;
    const text = this.#texts[slot];
    if (length > SHORT_BYTES) return text !== undefined && isSame(text, bytes, from) ? text : undefined;
    const known = this.#bytes;
    const start = slot * SHORT_BYTES;
    for (let index = 0; index < length; index++) if (known[start + index] !== bytes[from + index]) return undefined;
    return text;
  }

  #add(slot: number, bytes: Buffer, { from, to }: Place): string {
    const text = bytes.toString('utf8', from, to);
    this.#move(slot, slot ^ 1);
    this.#texts[slot] = text;
    this.#lengths[slot] = to - from;
    if (to - from <= SHORT_BYTES) bytes.copy(this.#bytes, slot * SHORT_BYTES, from, to);
    return text;
  }

  #move(slot: number, other: number): void {
    this.#texts[other] = this.#texts[slot];
    this.#lengths[other] = this.#lengths[slot] ?? 0;
    this.#bytes.copyWithin(other * SHORT_BYTES, slot * SHORT_BYTES, (slot + 1) * SHORT_BYTES);
  }
}

// Texts that many objects have differ in their length, at their beginning or towards their end.
function hash(bytes: Buffer, { from, to }: Place): number {
  let sum = FNV_OFFSET ^ (to - from);
  for (let at = from; at < to && at < from + 4; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), FNV_PRIME);
  for (let at = Math.max(from, to - 8); at < to; at++) sum = Math.imul(sum ^ (bytes[at] ?? 0), FNV_PRIME);
  return sum ^ (sum >>> 15);
}

/** Whether a text of as many characters as bytes is theirs; only one that is ASCII is said to be, any other may be made anew. */
function isSame(text: string, bytes: Buffer, from: number): boolean {
  for (let index = 0; index < text.length; index++) {
    const byte = bytes[from + index] ?? 0;
    if (byte !== text.charCodeAt(index) || byte > 0x7f) return false;
  }
  return true;
}
