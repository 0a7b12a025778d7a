/** The port between the objects of one kind, in whatever encoding they come, and what is kept of them. */

/** Copies the few needed fields of an object. Each of its functions may throw: then the object is passed over. */
export interface Projection<T> {
  /** From the object as parsed, which is its own to change, and dropped afterwards. */
  fromJson(raw: unknown): T;
  /** Names of lists that `fromJson` does not look into, in the server's order: what is large and not looked at is not even parsed. */
  readonly unread?: readonly string[] | undefined;
}
