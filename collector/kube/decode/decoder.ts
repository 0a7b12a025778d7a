/** The port between bytes and raw objects: JSON today, protobuf later, without a change in list, watch or reflector. */

/** A change as the server sent it. For `ERROR` the object is a Status, for `BOOKMARK` it has metadata only. */
export interface RawEvent {
  readonly type: string;
  readonly object: unknown;
}

/** What stands around the items of a list or of one of its pages. */
export interface ListEnd {
  readonly resourceVersion: string;
  /** The token of the next page; absent on the last one. */
  readonly continueToken: string | undefined;
}

/**
 * Reads one response body. `push` hands over what a chunk completes before it returns, in the server's order; it does
 * not keep the chunk's memory longer than the value that crosses its end. Errors are KubeErrors (`Malformed`); after
 * one the reader is not to be used again.
 */
export interface BodyReader<End> {
  push(chunk: Buffer): void;
  /** To be called once after the last chunk; throws when the body stops in the middle. */
  end(): End;
}

/**
 * How bodies become raw objects. A raw object has the fields of the object's JSON form that its projection needs and
 * always `metadata.uid`, `.resourceVersion` and, on bookmarks, `.annotations`. The reader keeps no reference to an
 * object that it handed over; what a handler throws passes through `push`.
 */
export interface Decoder {
  /** The Accept header. */
  readonly accept: string;
  /** `contentType` is what the server answered; a type that this decoder cannot read throws `Malformed`. */
  openList(contentType: string, onItem: (item: unknown) => void): BodyReader<ListEnd>;
  openWatch(contentType: string, onEvent: (event: RawEvent) => void): BodyReader<void>;
}

/** The largest object, in bytes, that is accepted: etcd's default limit is 1.5 MB, so this one is never met by honest servers. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
