/** An object in protobuf that is read where it lies: first who it is, all else only if it is asked for. */
import type { RawObject } from './decoder.ts';
import type { Place } from './place.ts';
import type { Wire } from './wire.ts';

// k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto; field 1 of every kind is its ObjectMeta.
const METADATA = 1;
const UID = 5;
const RESOURCE_VERSION = 6;
const NOTHING = Buffer.alloc(0);

/** One object after the other, those of one reader. */
export class ObjectView<T> implements RawObject<T> {
  uid = '';
  version = '';
  readonly #wire: Wire;
  readonly #fromProtobuf: (wire: Wire, uid: string) => T;
  #bytes: Buffer = NOTHING;
  #place: Place = { from: 0, to: 0 };

  constructor(wire: Wire, fromProtobuf: (wire: Wire, uid: string) => T) {
    this.#wire = wire;
    this.#fromProtobuf = fromProtobuf;
  }

  /** Turns to the object that lies there. */
  show(bytes: Buffer, place: Place): void {
    this.#bytes = bytes;
    this.#place = place;
    this.#wire.open(bytes, place.from, place.to);
    this.#identify();
  }

  project(): T {
    this.#wire.open(this.#bytes, this.#place.from, this.#place.to);
    return this.#fromProtobuf(this.#wire, this.uid);
  }

  /** Lets go of the bytes. */
  forget(): void {
    this.#bytes = NOTHING;
    this.#wire.open(NOTHING, 0, 0);
  }

  // Stops at the version: servers write each field once and in the order of their numbers.
  #identify(): void {
    const wire = this.#wire;
    this.uid = this.version = '';
    while (true) {
      const field = wire.next();
      if (field === 0) return;
      if (field === METADATA) break;
    }
    wire.enter();
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      if (field === UID) this.uid = wire.ownText();
      if (field !== RESOURCE_VERSION) continue;
      this.version = wire.ownText();
      return;
    }
  }
}
