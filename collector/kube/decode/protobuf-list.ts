/** Takes a list in protobuf apart while its bytes arrive: an envelope, in it the list, in that its items; none is held but the one at hand. */
import type { BodyReader, ListEnd, RawObject } from './decoder.ts';
import { isEncoded, KIND, MAGIC, noEnvelope, UNKNOWN } from './envelope.ts';
import { KubeError } from '../kube-error.ts';
import type { ObjectView } from './object-view.ts';
import { Payload } from './payload.ts';
import { cutShort, noField, noType, tooLong, WIRE_TYPES, type Wire } from './wire.ts';

// k8s.io/api and apimachinery, generated.proto: every list, and its ListMeta.
const LIST = { metadata: 1, items: 2 } as const;
const META = { resourceVersion: 2, continueToken: 3 } as const;
// What the tenth byte of an integer counts.
const LARGEST_FACTOR = 128 ** 9;

// What the next byte belongs to. An integer is a field of its own, a length comes before a payload, which is kept or skipped.
type Expected = 'magic' | 'tag' | 'integer' | 'length' | 'payload' | 'skipped';

/** One list; `wire` and `view` are its own while it pushes. */
export class ProtobufList<T> implements BodyReader<ListEnd> {
  readonly #wire: Wire;
  readonly #view: ObjectView<T>;
  readonly #onItem: (item: RawObject<T>) => void;
  readonly #payload = new Payload();
  #expected: Expected = 'magic';
  // How many bytes came before the present chunk, and behind how many the list in the envelope ends, once it has begun.
  #before = 0;
  #listEnd: number | undefined;
  #inList = false;
  #field = 0;
  // The integer that is being read, and what its next seven bits count; 1 before the first.
  #number = 0;
  #factor = 1;
  #toSkip = 0;
  #version = '';
  #token = '';

  constructor(wire: Wire, view: ObjectView<T>, onItem: (item: RawObject<T>) => void) {
    this.#wire = wire;
    this.#view = view;
    this.#onItem = onItem;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#step(chunk, at);
    this.#before += chunk.length;
    this.#payload.forget();
    this.#view.forget();
  }

  end(): ListEnd {
    if (this.#expected !== 'tag' || this.#factor > 1 || this.#inList || this.#listEnd === undefined)
      throw new KubeError('Malformed', 'the list stops in the middle');
    if (this.#version === '') throw new KubeError('Malformed', 'a list without metadata.resourceVersion');
    return { resourceVersion: this.#version, continueToken: this.#token === '' ? undefined : this.#token };
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#expected) {
      case 'magic':
        return this.#readMagic(chunk, at);
      case 'payload':
        return this.#takePayload(chunk, at);
      case 'skipped':
        return this.#skip(chunk, at);
      default:
        return this.#readInteger(chunk, at);
    }
  }

  #readMagic(chunk: Buffer, at: number): number {
    const index = this.#before + at;
    if (chunk[at] !== MAGIC[index]) throw noEnvelope();
    if (index + 1 === MAGIC.length) this.#expected = 'tag';
    return at + 1;
  }

  #readInteger(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      this.#number += (byte & 0x7f) * this.#factor;
      if (byte < 0x80) return this.#takeInteger(chunk, at + 1);
      if (this.#factor === LARGEST_FACTOR) throw tooLong();
      this.#factor *= 128;
    }
    return chunk.length;
  }

  #takeInteger(chunk: Buffer, at: number): number {
    const number = this.#number;
    this.#number = 0;
    this.#factor = 1;
    if (this.#expected === 'tag') return this.#beginField(chunk, at, number);
    if (this.#expected === 'length') return this.#beginPayload(chunk, at, number);
    return this.#endField(at);
  }

  #beginField(chunk: Buffer, at: number, tag: number): number {
    this.#field = Math.floor(tag / 8);
    if (this.#field === 0) throw noField();
    switch (tag % 8) {
      case WIRE_TYPES.VARINT:
        this.#expected = 'integer';
        return at;
      case WIRE_TYPES.BYTES:
        this.#expected = 'length';
        return at;
      case WIRE_TYPES.FIXED_32:
        return this.#beginSkip(chunk, at, 4);
      case WIRE_TYPES.FIXED_64:
        return this.#beginSkip(chunk, at, 8);
      default:
        throw noType(tag % 8);
    }
  }

  #beginPayload(chunk: Buffer, at: number, length: number): number {
    if (this.#inList ? this.#field === LIST.metadata || this.#field === LIST.items : this.#field === UNKNOWN.typeMeta) {
      this.#require(at + length);
      this.#payload.expect(length);
      this.#expected = 'payload';
      return this.#takePayload(chunk, at);
    }
    if (this.#inList || this.#field !== UNKNOWN.raw) {
      if (this.#field === UNKNOWN.contentEncoding && !this.#inList && length > 0) throw isEncoded();
      return this.#beginSkip(chunk, at, length);
    }
    if (this.#listEnd !== undefined) throw new KubeError('Malformed', 'protobuf: two lists in one');
    this.#listEnd = this.#before + at + length;
    this.#inList = true;
    return this.#endField(at);
  }

  #takePayload(chunk: Buffer, from: number): number {
    const at = this.#payload.take(chunk, from);
    if (!this.#payload.whole) return at;
    if (!this.#inList) this.#readKind();
    else if (this.#field === LIST.metadata) this.#readMetadata();
    else {
      this.#view.show(this.#payload.bytes, this.#payload);
      this.#onItem(this.#view);
    }
    return this.#endField(at);
  }

  #beginSkip(chunk: Buffer, at: number, count: number): number {
    this.#require(at + count);
    this.#toSkip = count;
    this.#expected = 'skipped';
    return this.#skip(chunk, at);
  }

  #skip(chunk: Buffer, from: number): number {
    const at = Math.min(from + this.#toSkip, chunk.length);
    this.#toSkip -= at - from;
    return this.#toSkip === 0 ? this.#endField(at) : at;
  }

  // `at` is the index behind the field.
  #endField(at: number): number {
    this.#require(at);
    if (this.#before + at === this.#listEnd) this.#inList = false;
    this.#expected = 'tag';
    return at;
  }

  #require(at: number): void {
    if (this.#inList && this.#before + at > (this.#listEnd ?? 0)) throw cutShort();
  }

  #readKind(): void {
    const { bytes, from, to } = this.#payload;
    const wire = this.#wire;
    wire.open(bytes, from, to);
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      const kind = field === KIND ? wire.text() : '';
      if (kind !== '' && !kind.endsWith('List'))
        throw new KubeError('Malformed', `the answer is no list: it is a ${kind.slice(0, 40)}`);
    }
  }

  #readMetadata(): void {
    const { bytes, from, to } = this.#payload;
    const wire = this.#wire;
    wire.open(bytes, from, to);
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      if (field === META.resourceVersion) this.#version = wire.ownText();
      else if (field === META.continueToken) this.#token = wire.ownText();
    }
  }
}
