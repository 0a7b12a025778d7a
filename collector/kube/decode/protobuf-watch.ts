/** Reads a watch in protobuf: each event is a length of four bytes and a metav1.WatchEvent, whose object is in an envelope. */
import type { BodyReader, RawEvent } from './decoder.ts';
import { findObject } from './envelope.ts';
import type { Place } from './place.ts';
import { KubeError } from '../kube-error.ts';
import { INITIAL_EVENTS_END, unknownEvent } from './watch-words.ts';
import type { ObjectView } from './object-view.ts';
import { Payload } from './payload.ts';
import { readStatus } from './protobuf-status.ts';
import type { Wire } from './wire.ts';

const LENGTH_BYTES = 4;
// k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto: WatchEvent, the RawExtension in it, ObjectMeta.
const EVENT = { type: 1, object: 2 } as const;
const RAW = 1;
const METADATA = 1;
const META = { resourceVersion: 6, annotations: 12 } as const;
const ENTRY = { key: 1, value: 2 } as const;

/** One watch; `wire` and `view` are its own while it pushes. */
export class ProtobufWatch<T> implements BodyReader<void> {
  readonly #wire: Wire;
  readonly #view: ObjectView<T>;
  readonly #onEvent: (event: RawEvent<T>) => void;
  readonly #payload = new Payload();
  // What is known of the next event's length.
  #length = 0;
  #lengthBytes = 0;

  constructor(wire: Wire, view: ObjectView<T>, onEvent: (event: RawEvent<T>) => void) {
    this.#wire = wire;
    this.#view = view;
    this.#onEvent = onEvent;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload.whole) at = this.#readLength(chunk, at);
      if (this.#payload.whole) continue;
      at = this.#payload.take(chunk, at);
      if (this.#payload.whole) this.#readEvent();
    }
    this.#payload.forget();
    this.#view.forget();
  }

  // A last event that is cut short comes again to whoever resumes.
  end(): void {}

  #readLength(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && this.#lengthBytes < LENGTH_BYTES) {
      this.#length = this.#length * 256 + (chunk[at++] ?? 0);
      this.#lengthBytes++;
    }
    if (this.#lengthBytes < LENGTH_BYTES) return at;
    this.#payload.expect(this.#length);
    this.#length = this.#lengthBytes = 0;
    return at;
  }

  #readEvent(): void {
    const { bytes, from, to } = this.#payload;
    const wire = this.#wire;
    let type = '';
    let extension: Place | undefined;
    wire.open(bytes, from, to);
    for (let field = wire.next(); field !== 0; field = wire.next()) {
      if (field === EVENT.type) type = wire.text();
      else if (field === EVENT.object) extension = findRaw(wire);
    }
    this.#tell(type, extension ?? { from: to, to });
  }

  #tell(type: string, place: Place): void {
    const { bytes } = this.#payload;
    const wire = this.#wire;
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        this.#view.show(bytes, findObject(wire, bytes, place));
        return this.#onEvent({ type, object: this.#view });
      case 'BOOKMARK':
        return this.#onEvent(readBookmark(wire, bytes, place));
      case 'ERROR':
        return this.#onEvent({ type, status: readStatus(bytes, place) });
      default:
        throw unknownEvent(type);
    }
  }
}

function findRaw(wire: Wire): Place {
  const mark = wire.enter();
  let place: Place = { from: 0, to: 0 };
  for (let field = wire.next(); field !== 0; field = wire.next())
    if (field === RAW) place = { from: wire.from, to: wire.to };
  wire.leave(mark);
  return place;
}

function readBookmark<T>(wire: Wire, bytes: Buffer, place: Place): RawEvent<T> {
  const { from, to } = findObject(wire, bytes, place);
  let version = '';
  let complete = false;
  wire.open(bytes, from, to);
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field !== METADATA) continue;
    const mark = wire.enter();
    for (let inner = wire.next(); inner !== 0; inner = wire.next()) {
      if (inner === META.resourceVersion) version = wire.ownText();
      else if (inner === META.annotations && endsList(wire)) complete = true;
    }
    wire.leave(mark);
  }
  if (version === '') throw new KubeError('Malformed', 'a bookmark without resourceVersion');
  return { type: 'BOOKMARK', version, complete };
}

// Whether the present annotation says that a streaming list is complete.
function endsList(wire: Wire): boolean {
  let isKey = false;
  let isTrue = false;
  const mark = wire.enter();
  for (let field = wire.next(); field !== 0; field = wire.next()) {
    if (field === ENTRY.key) isKey = wire.isText(INITIAL_EVENTS_END);
    else if (field === ENTRY.value) isTrue = wire.isText('true');
  }
  wire.leave(mark);
  return isKey && isTrue;
}
