/** The port between the objects of one kind, in whatever encoding they come, and what is kept of them. */
import type { Wire } from './wire.ts';

/** Copies the few needed fields of an object. Each of its functions may throw: then the object is passed over. */
export interface Projection<T> {
  /** From the object as parsed, which is its own to change, and dropped afterwards. */
  fromJson(raw: unknown): T;
  /** Names of lists that `fromJson` does not look into, in the server's order: what is large and not looked at is not even parsed. */
  readonly unread?: readonly string[] | undefined;
  /** True where a list may have no resourceVersion, since nothing is watched from there: those of metrics.k8s.io have none. */
  readonly unversioned?: boolean | undefined;
  /**
   * The same from protobuf; without it the kind is asked for in JSON. The wire stands before the object's first field and is to be read to
   * its end; `uid` is the object's, so that whoever keeps it need not make a second text of it. What it throws itself ends the reading: from then on the server is asked for JSON.
   */
  readonly fromProtobuf?: ((wire: Wire, uid: string) => T) | undefined;
}
