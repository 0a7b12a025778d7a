/** Which objects a reflector knows, each in which version. */

/** The objects at one moment. Inside of a call of the sink the object that it is about is still known as it was before. */
export interface KnownObjects {
  readonly size: number;
  has(uid: string): boolean;
  /** Whether the object is known in a newer version than this; false where the two cannot be compared. */
  isPast(uid: string, version: string): boolean;
  uids(): Iterable<string>;
}

/** The same for its owner. A version that is '' stands for one that is not to be relied on: it equals none. */
export class KnownVersions implements KnownObjects {
  readonly #versions = new Map<string, string>();
  #listed: Set<string> | undefined;

  get size(): number {
    return this.#versions.size;
  }

  has(uid: string): boolean {
    return this.#versions.has(uid);
  }

  /** Whether the object is known in this very version. */
  isAt(uid: string, version: string): boolean {
    return this.#versions.get(uid) === version;
  }

  isPast(uid: string, version: string): boolean {
    const known = this.#versions.get(uid);
    // Comparable only as decimals (KEP-5504, documented since 1.35); any other pair is opaque.
    if (known === undefined || !DECIMAL.test(version) || !DECIMAL.test(known)) return false;
    return version.length === known.length ? version < known : version.length < known.length;
  }

  uids(): Iterable<string> {
    return this.#versions.keys();
  }

  set(uid: string, version: string): void {
    this.#listed?.add(uid);
    this.#versions.set(uid, version);
  }

  /** Answers whether it was there. */
  delete(uid: string): boolean {
    return this.#versions.delete(uid);
  }

  /** From now on it is noted which objects are listed. */
  beginList(): void {
    this.#listed = new Set();
  }

  /** True from `beginList` to `endList`. */
  get listing(): boolean {
    return this.#listed !== undefined;
  }

  /** The object is in the list. */
  list(uid: string): void {
    this.#listed?.add(uid);
  }

  /** Answers which objects were not in the list. */
  endList(): readonly string[] {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    return [...this.#versions.keys()].filter((uid) => !listed.has(uid));
  }
}

const DECIMAL = /^[1-9]\d*$/;
