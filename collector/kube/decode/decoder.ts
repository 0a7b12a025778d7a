/** The port between bytes and projected objects: JSON and protobuf, without a difference for list, watch or reflector. */

/**
 * An object as it came, not yet projected. `uid` and `version` are '' where it has none. Only to be used inside of the call that
 * hands it over: its bytes are the socket's.
 */
export interface RawObject<T> {
  readonly uid: string;
  readonly version: string;
  /** Copies the few fields that are kept. May throw: the object is passed over. */
  project(): T;
}

/** An object as it is now, or as it last was. */
export interface RawChange<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: RawObject<T>;
}

/** An event as the server sent it. */
export type RawEvent<T> =
  | RawChange<T>
  /** Nothing is missing up to `version`; `complete` marks the end of a streaming list. */
  | { readonly type: 'BOOKMARK'; readonly version: string; readonly complete: boolean }
  /** `status` is the Status object, as JSON would have it. */
  | { readonly type: 'ERROR'; readonly status: unknown };

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

/** How bodies become projected objects. What a handler throws passes through `push`. */
export interface Decoder<T> {
  /** The Accept header of lists and watches. */
  readonly accept: string;
  /** `contentType` is what the server answered; a type that this decoder cannot read throws `Malformed`. */
  openList(contentType: string, onItem: (item: RawObject<T>) => void): BodyReader<ListEnd>;
  openWatch(contentType: string, onEvent: (event: RawEvent<T>) => void): BodyReader<void>;
}

/** The largest object, in bytes, that is accepted: etcd's default limit is 1.5 MB, so this one is never met by honest servers. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
