/**
 * A map from UUIDs to numbers in typed arrays: 25 bytes a slot, where a Map takes 37 bytes an entry and the text of its key 56 more. An
 * open hash table with linear probing, in which what is removed leaves no hole.
 */
import { formatUuid, UUID_WORDS } from './uuid.ts';

const FIRST_SLOTS = 16;
// A look-up then takes some four steps.
const MOST_FULL = 0.85;
const FREE = 0;
const TAKEN = 1;
const MARKED = 2;

/** Empty at first. A UUID is given by its four words; a slot is valid until the next `add` or `remove`. */
export class UuidTable {
  #words = new Uint32Array(FIRST_SLOTS * UUID_WORDS);
  #values = new Float64Array(FIRST_SLOTS);
  #states = new Uint8Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The slot of a UUID, -1 if it is not there. */
  find(uuid: Uint32Array): number {
    const slot = this.#seek(uuid, 0);
    return this.#states[slot] === FREE ? -1 : slot;
  }

  /** Makes a slot, unmarked, for a UUID that is not there. */
  add(uuid: Uint32Array): number {
    if (this.#size >= this.#states.length * MOST_FULL) this.#grow();
    const slot = this.#seek(uuid, 0);
    this.#words.set(uuid, slot * UUID_WORDS);
    this.#states[slot] = TAKEN;
    this.#size++;
    return slot;
  }

  get(slot: number): number {
    return this.#values[slot] ?? 0;
  }

  set(slot: number, value: number): void {
    this.#values[slot] = value;
  }

  mark(slot: number): void {
    this.#states[slot] = MARKED;
  }

  unmarkAll(): void {
    this.#states.forEach((state, slot) => {
      if (state === MARKED) this.#states[slot] = TAKEN;
    });
  }

  /** Frees a slot; what stands behind it moves up as far as it may. */
  remove(slot: number): void {
    const mask = this.#states.length - 1;
    let hole = slot;
    for (let at = (slot + 1) & mask; this.#states[at] !== FREE; at = (at + 1) & mask) {
      const home = mix(this.#words, at * UUID_WORDS) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#copy(this, at, hole);
      hole = at;
    }
    this.#states[hole] = FREE;
    this.#size--;
  }

  /** The texts of all UUIDs, or of those that are not marked. */
  *uuids(which: 'all' | 'unmarked'): Generator<string> {
    for (let slot = 0; slot < this.#states.length; slot++) {
      const state = this.#states[slot];
      if (state === TAKEN || (state === MARKED && which === 'all')) yield formatUuid(this.#words, slot * UUID_WORDS);
    }
  }

  // The slot of the UUID whose words begin at `from`, or the free one that it would get.
  #seek(words: Uint32Array, from: number): number {
    const mask = this.#states.length - 1;
    let slot = mix(words, from) & mask;
    while (this.#states[slot] !== FREE && !this.#isAt(slot * UUID_WORDS, words, from)) slot = (slot + 1) & mask;
    return slot;
  }

  #isAt(own: number, words: Uint32Array, from: number): boolean {
    const known = this.#words;
    return (
      known[own] === words[from] &&
      known[own + 1] === words[from + 1] &&
      known[own + 2] === words[from + 2] &&
      known[own + 3] === words[from + 3]
    );
  }

  #copy(other: UuidTable, from: number, to: number): void {
    this.#words.set(other.#words.subarray(from * UUID_WORDS, (from + 1) * UUID_WORDS), to * UUID_WORDS);
    this.#values[to] = other.#values[from] ?? 0;
    this.#states[to] = other.#states[from] ?? FREE;
  }

  #grow(): void {
    const slots = this.#states.length * 2;
    const grown = new UuidTable();
    grown.#words = new Uint32Array(slots * UUID_WORDS);
    grown.#values = new Float64Array(slots);
    grown.#states = new Uint8Array(slots);
    for (let slot = 0; slot < this.#states.length; slot++)
      if (this.#states[slot] !== FREE) grown.#copy(this, slot, grown.#seek(this.#words, slot * UUID_WORDS));
    this.#words = grown.#words;
    this.#values = grown.#values;
    this.#states = grown.#states;
  }
}

/** A hash of the UUID whose words begin at `from`: those that are made for tests or counted up differ in few bits. */
function mix(words: Uint32Array, from: number): number {
  let sum = 0;
  for (let at = from; at < from + UUID_WORDS; at++) sum = Math.imul(sum ^ (sum >>> 15) ^ (words[at] ?? 0), 0x9e3779b1);
  return sum ^ (sum >>> 16);
}
