/** Cuts one JSON value out of a byte stream, whatever its chunks, and parses it; bytes are looked at once and copied at most once. */
import { MAX_FRAME_BYTES } from './decoder.ts';
import { joinParts } from './join-parts.ts';
import type { ToText } from './trim-lists.ts';
import { KubeError } from '../kube-error.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
// Brackets differ from braces in this bit only.
const BRACE_BIT = 0x20;

const ENDS_SCALAR: ReadonlySet<number> = new Set(Buffer.from(',]} \t\r\n'));

/** Reads one value after the other; the first byte that it is given of each must be the value's first. */
export class ValueReader {
  readonly #toText: ToText;
  #parts: Buffer[] = [];
  #size = 0;
  #scalar = false;
  #depth = 0;
  #quoted = false;
  // 1 when a backslash that ended the chunk before escapes the first byte of the next.
  #skip = 0;

  constructor(toText: ToText) {
    this.#toText = toText;
  }

  /**
   * Reads on from `from`. Answers the index behind the value, after which `take` is due, or -1 if the chunk ends before
   * the value does (then the next chunk is to be read from 0). Throws `Malformed` above MAX_FRAME_BYTES.
   */
  read(chunk: Buffer, from: number): number {
    if (this.#parts.length === 0) {
      const first = chunk[from] ?? 0;
      this.#scalar = first !== QUOTE && (first | BRACE_BIT) !== OPEN;
    }
    const end = this.#scalar ? findScalarEnd(chunk, from) : this.#findEnd(chunk, from);
    const part = chunk.subarray(from, end < 0 ? chunk.length : end);
    this.#size += part.length;
    if (this.#size > MAX_FRAME_BYTES) throw tooLarge();
    this.#parts.push(part);
    return end;
  }

  /** The value, parsed; throws `Malformed` when it is not JSON. */
  take(): unknown {
    const bytes = joinParts(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return parseJson(this.#toText(bytes));
  }

  // State lives in locals, since this loop sees every byte. A bracket closed by a brace is JSON.parse's to find.
  #findEnd(chunk: Buffer, from: number): number {
    let at = from + this.#skip;
    let depth = this.#depth;
    let quoted = this.#quoted;
    while (at < chunk.length) {
      const byte = chunk[at++] ?? 0;
      if (byte === QUOTE) quoted = !quoted;
      else if (quoted) {
        if (byte === BACKSLASH) at++;
        continue;
      } else if ((byte | BRACE_BIT) === OPEN) depth++;
      else if ((byte | BRACE_BIT) === CLOSE) depth--;
      else continue;
      if (depth > 0 || quoted) continue;
      this.#skip = this.#depth = 0;
      this.#quoted = false;
      return at;
    }
    this.#skip = at - chunk.length;
    this.#depth = depth;
    this.#quoted = quoted;
    return -1;
  }
}

function findScalarEnd(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) if (ENDS_SCALAR.has(chunk[at] ?? 0)) return at;
  return -1;
}

/** `JSON.parse` with a `Malformed` error. Neither the text nor V8's error, which quotes it, is kept: it may hold secrets. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubeError('Malformed', `${text.length} characters that are not JSON`);
  }
}

/** The error for a frame above the limit. */
export function tooLarge(): KubeError {
  return new KubeError('Malformed', `an object larger than ${MAX_FRAME_BYTES} bytes: no API server sends that`);
}
