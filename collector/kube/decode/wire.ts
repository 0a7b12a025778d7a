/**
 * Reads protobuf messages in place, field by field: what nobody asks for is stepped over by its length, and nothing is allocated that
 * the caller does not ask for. Source: the encoding section of the Protocol Buffers documentation; groups, which Kubernetes never
 * sends, are refused.
 */
import { KubeError } from '../kube-error.ts';
import type { TextTable } from './text-table.ts';

/** The wire types that Kubernetes uses or may come to use; BYTES is that of texts and messages too. */
export const WIRE_TYPES = { VARINT: 0, FIXED_64: 1, BYTES: 2, FIXED_32: 5 } as const;
const { VARINT, FIXED_64, BYTES, FIXED_32 } = WIRE_TYPES;
const TWO_TO_32 = 2 ** 32;
// A varint of 64 bits has ten bytes at most.
const MOST_SHIFT = 63;

/**
 * A cursor over one message at a time. `next` steps to the next field and says its number; then `value`, `text`, `isTrue` or `enter`
 * read it, once or not at all. A field of another wire type than is read counts as what proto3 has for an absent one. Every error is
 * a KubeError (`Malformed`); afterwards the cursor must be opened anew. Owned by one decoder; valid inside of the call that hands it over.
 */
export class Wire {
  readonly #texts: TextTable;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  // The payload of the present field, where it has one.
  #from = 0;
  #to = 0;
  #type = -1;
  // The varint of the present field; 64 bits as two halves, the upper one signed.
  #low = 0;
  #high = 0;

  constructor(texts: TextTable) {
    this.#texts = texts;
  }

  /** Begins a message that lies in `bytes` from `from` to before `end`. */
  open(bytes: Buffer, from: number, end: number): void {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = Math.min(end, bytes.length);
    this.#type = -1;
  }

  /** Steps to the next field: its number, 0 at the end of the message. */
  next(): number {
    if (this.#at >= this.#end) return 0;
    this.#readVarint();
    const tag = this.#low;
    const field = tag >>> 3;
    if (field === 0 || this.#high !== 0) throw noField();
    this.#type = tag & 7;
    if (this.#type === BYTES) this.#readPayload();
    else if (this.#type === VARINT) this.#readVarint();
    else if (this.#type === FIXED_64) this.#skip(8);
    else if (this.#type === FIXED_32) this.#skip(4);
    else throw noType(this.#type);
    return field;
  }

  /** The integer of the present field, of either sign; 0 if it is none or no safe integer. */
  value(): number {
    if (this.#type !== VARINT) return 0;
    const value = this.#high * TWO_TO_32 + this.#low;
    return Number.isSafeInteger(value) ? value : 0;
  }

  /** The boolean of the present field. */
  isTrue(): boolean {
    return this.#type === VARINT && (this.#low !== 0 || this.#high !== 0);
  }

  /** The text of the present field, one object for equal texts where it can; '' if it is none. */
  text(): string {
    return this.#type === BYTES ? this.#texts.read(this.#bytes, this.#from, this.#to) : '';
  }

  /** The same for a text that hardly any other object has: it does not push others out of the table. */
  ownText(): string {
    return this.#type === BYTES ? this.#bytes.toString('utf8', this.#from, this.#to) : '';
  }

  /** Whether the present field is exactly this ASCII text, without making a text of it. */
  isText(text: string): boolean {
    const length = this.#type === BYTES ? this.#to - this.#from : -1;
    if (length !== text.length) return false;
    for (let at = 0; at < length; at++) if (this.#bytes[this.#from + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  /** Whether the payload of the present field is the same, byte for byte. */
  isSame(payload: Uint8Array): boolean {
    const bytes = this.#bytes;
    const from = this.#from;
    if (this.size() !== payload.length) return false;
    for (let at = 0; at < payload.length; at++) if (bytes[from + at] !== payload[at]) return false;
    return true;
  }

  /** Where the payload of the present field begins, and the index behind it, in the bytes that were opened; both 0 if it has none. */
  get from(): number {
    return this.#type === BYTES ? this.#from : 0;
  }

  get to(): number {
    return this.#type === BYTES ? this.#to : 0;
  }

  /** What `text` would have answered at the field with that payload, for a field of which only later ones tell whether it is needed. */
  textAt(from: number, to: number): string {
    return this.#texts.read(this.#bytes, from, to);
  }

  /** The bytes of such a payload, each as one character. */
  bytesAt(from: number, to: number): string {
    return this.#bytes.toString('latin1', from, to);
  }

  /** How many bytes the present field has, 0 if it is no text, message or bytes. */
  size(): number {
    return this.#type === BYTES ? this.#to - this.#from : 0;
  }

  /**
   * Goes into the message that the present field is, so that `next` reads its fields. Answers a mark for `leave`, which must be called
   * after it, whether all was read or not. A field that is no message reads as an empty one.
   */
  enter(): number {
    const mark = this.#end;
    if (this.#type !== BYTES) this.#to = this.#from = this.#at;
    this.#at = this.#from;
    this.#end = this.#to;
    return mark;
  }

  /** Goes back behind the message that was entered. */
  leave(mark: number): void {
    this.#at = this.#end;
    this.#end = mark;
  }

  #readPayload(): void {
    this.#readVarint();
    const length = this.#low;
    if (this.#high !== 0 || length > this.#end - this.#at) throw cutShort();
    this.#from = this.#at;
    this.#to = this.#at = this.#at + length;
  }

  #skip(count: number): void {
    if (count > this.#end - this.#at) throw cutShort();
    this.#at += count;
  }

  #readVarint(): void {
    const byte = this.#bytes[this.#at] ?? 0;
    if (byte < 0x80 && this.#at < this.#end) {
      this.#at++;
      this.#low = byte;
      this.#high = 0;
    } else this.#readLongVarint();
  }

  #readLongVarint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift <= MOST_SHIFT; shift += 7) {
      if (this.#at >= this.#end) throw cutShort();
      const byte = this.#bytes[this.#at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high;
        return;
      }
    }
    throw tooLong();
  }
}

/** The error for a length that leads out of the message. */
export function cutShort(): KubeError {
  return new KubeError('Malformed', 'protobuf: a field that is longer than its message');
}

/** The error for field 0. */
export function noField(): KubeError {
  return new KubeError('Malformed', 'protobuf: a field without a number');
}

/** The error for groups, and for what is no wire type. */
export function noType(type: number): KubeError {
  return new KubeError('Malformed', `protobuf: wire type ${type}, which Kubernetes does not use`);
}

/** The error for an integer that goes on too long. */
export function tooLong(): KubeError {
  return new KubeError('Malformed', 'protobuf: an integer of more than 64 bits');
}
