/** Takes a Kubernetes list apart while its bytes arrive: each item is parsed alone and handed over; a page is never held as a whole. */
import { KubeError } from '../kube-error.ts';
import { createItemGuess, type ItemGuess } from './item-guess.ts';
import type { ToText } from './trim-lists.ts';
import { ValueReader } from './value-reader.ts';

const COLON = 0x3a;
const COMMA = 0x2c;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

// What the next byte that is not white space must be or begin.
type Expected =
  'list' | 'first key' | 'key' | 'colon' | 'value' | 'comma' | 'first item' | 'item' | 'item comma' | 'end';

/** Reads one list. Feed it with `push`, then call `end`. All errors are KubeErrors (`Malformed`), but for what `onItem` throws. */
export class ListScanner {
  readonly #onItem: (item: unknown) => void;
  readonly #members = new Map<string, unknown>();
  readonly #reader: ValueReader;
  readonly #guess: ItemGuess;
  #expected: Expected = 'list';
  #key = '';
  // Set while a value crosses the end of a chunk.
  #onValue: ((value: unknown) => void) | undefined;

  /** `onItem` is called for each item, in order, as soon as its last byte is in. */
  constructor(onItem: (item: unknown) => void, toText: ToText) {
    this.#onItem = onItem;
    this.#reader = new ValueReader(toText);
    this.#guess = createItemGuess(toText);
  }

  push(chunk: Buffer): void {
    this.#guess.reset();
    let at = this.#onValue === undefined ? 0 : this.#readValue(chunk, 0, this.#onValue);
    while (at < chunk.length) at = isSpace(chunk[at]) ? at + 1 : this.#step(chunk, at);
  }

  /** What stands beside the items (`kind`, `metadata`, ...). */
  end(): ReadonlyMap<string, unknown> {
    if (this.#expected !== 'end') throw new KubeError('Malformed', 'the list stops in the middle');
    if (!this.#members.has('items')) throw new KubeError('Malformed', 'the answer is no list: it has no items');
    return this.#members;
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#expected) {
      case 'list':
        return this.#pass(chunk, at, { [OPEN_BRACE]: 'first key' });
      case 'first key':
        return chunk[at] === CLOSE_BRACE ? this.#advance(at, 'end') : this.#readKey(chunk, at);
      case 'key':
        return this.#readKey(chunk, at);
      case 'colon':
        return this.#pass(chunk, at, { [COLON]: 'value' });
      case 'value':
        return this.#readMember(chunk, at);
      case 'comma':
        return this.#pass(chunk, at, { [COMMA]: 'key', [CLOSE_BRACE]: 'end' });
      case 'first item':
        return chunk[at] === CLOSE_BRACKET ? this.#advance(at, 'comma') : this.#readItem(chunk, at);
      case 'item':
        return this.#readItem(chunk, at);
      case 'item comma':
        return this.#pass(chunk, at, { [COMMA]: 'item', [CLOSE_BRACKET]: 'comma' });
      case 'end':
        throw this.#unexpected(chunk[at]);
    }
  }

  #advance(at: number, next: Expected): number {
    this.#expected = next;
    return at + 1;
  }

  #pass(chunk: Buffer, at: number, ways: Readonly<Record<number, Expected>>): number {
    const next = ways[chunk[at] ?? -1];
    if (next === undefined) throw this.#unexpected(chunk[at]);
    return this.#advance(at, next);
  }

  #readKey(chunk: Buffer, at: number): number {
    if (chunk[at] !== QUOTE) throw this.#unexpected(chunk[at]);
    return this.#readValue(chunk, at, (key) => {
      this.#key = String(key);
      this.#expected = 'colon';
    });
  }

  #readMember(chunk: Buffer, at: number): number {
    const isItems = this.#key === 'items';
    if (isItems && this.#members.has('items')) throw new KubeError('Malformed', 'a list with two fields named items');
    this.#members.set(this.#key, undefined);
    if (isItems && chunk[at] === OPEN_BRACKET) return this.#advance(at, 'first item');
    return this.#readValue(chunk, at, (value) => {
      // `null` is how Go writes a slice that was never made.
      if (isItems && value !== null) throw new KubeError('Malformed', 'a list whose items are no array');
      this.#members.set(this.#key, value);
      this.#expected = 'comma';
    });
  }

  #readItem(chunk: Buffer, at: number): number {
    const guess = this.#guess.cut(chunk, at);
    if (guess === undefined) return this.#readValue(chunk, at, this.#takeItem);
    this.#takeItem(guess.item);
    return guess.end;
  }

  readonly #takeItem = (item: unknown): void => {
    this.#expected = 'item comma';
    this.#onItem(item);
  };

  #readValue(chunk: Buffer, at: number, onValue: (value: unknown) => void): number {
    const end = this.#reader.read(chunk, at);
    this.#onValue = end < 0 ? onValue : undefined;
    if (end < 0) return chunk.length;
    onValue(this.#reader.take());
    return end;
  }

  #unexpected(byte: number | undefined): KubeError {
    const found = JSON.stringify(String.fromCharCode(byte ?? 0));
    return new KubeError('Malformed', `the list has ${found} where ${this.#expected} is expected`);
  }
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
