/** Gathers stretches of known length out of chunks: read in place where one chunk holds them, else copied together once. */
import { MAX_FRAME_BYTES } from './decoder.ts';
import { tooLarge } from './value-reader.ts';

// So much is set aside on the word of a length alone, and kept for the next one; more only as it really arrives.
const AT_ONCE_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/** One stretch after the other. Once it is whole, it lies in `bytes` from `from` to before `to` until the next call. */
export class Payload {
  bytes: Buffer = NOTHING;
  from = 0;
  to = 0;
  whole = true;
  #scratch: Buffer = NOTHING;
  #length = 0;
  #got = 0;

  /** Begins one of so many bytes. Throws `Malformed` above MAX_FRAME_BYTES. */
  expect(length: number): void {
    if (length > MAX_FRAME_BYTES) throw tooLarge();
    if (this.#scratch.length > AT_ONCE_BYTES) this.#scratch = NOTHING;
    this.bytes = NOTHING;
    this.#length = length;
    this.#got = 0;
    this.whole = false;
  }

  /** Takes what it lacks, or all that there is, from `at` on; answers the index behind that. */
  take(chunk: Buffer, at: number): number {
    const end = Math.min(at + this.#length - this.#got, chunk.length);
    if (this.#got === 0 && end - at === this.#length) return this.#finish(chunk, at, end);
    this.#reserve(this.#got + end - at);
    chunk.copy(this.#scratch, this.#got, at, end);
    this.#got += end - at;
    if (this.#got === this.#length) this.#finish(this.#scratch, 0, this.#length);
    return end;
  }

  /** Lets go of a chunk that it lies in. */
  forget(): void {
    this.bytes = NOTHING;
  }

  #finish(bytes: Buffer, from: number, to: number): number {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.whole = true;
    return to;
  }

  #reserve(size: number): void {
    const before = this.#scratch;
    if (size <= before.length) return;
    const grown = Math.max(size, 2 * before.length, AT_ONCE_BYTES);
    this.#scratch = Buffer.allocUnsafeSlow(Math.min(grown, this.#length));
    before.copy(this.#scratch, 0, 0, this.#got);
  }
}
