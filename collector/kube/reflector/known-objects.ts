/** Which objects a reflector knows, each in which version. */
import { UUID_WORDS, parseUuid } from './uuid.ts';
import { UuidTable } from './uuid-table.ts';

/** The objects at one moment. Inside of a call of the sink the object that it is about is still known as it was before. */
export interface KnownObjects {
  readonly size: number;
  has(uid: string): boolean;
  /** Whether the object is known in a newer version than this; false where the two cannot be compared. */
  isPast(uid: string, version: string): boolean;
  uids(): Iterable<string>;
}

/** How a version stands to the known one: the same, known to be older, or neither. */
export type Standing = 'same' | 'past' | 'other';

interface Odd {
  version: string;
  listed: boolean;
}

/**
 * The same for its owner. A version that is '' stands for one that is not to be relied on: it equals none. What API servers give are
 * UUIDs and decimals (KEP-5504, documented since 1.35), and only those can be compared; anything else is opaque and kept as text.
 */
export class KnownVersions implements KnownObjects {
  readonly #table = new UuidTable();
  readonly #odd = new Map<string, Odd>();
  readonly #uuid = new Uint32Array(UUID_WORDS);
  #listing = false;

  get size(): number {
    return this.#table.size + this.#odd.size;
  }

  /** True from `beginList` to `endList`. */
  get listing(): boolean {
    return this.#listing;
  }

  has(uid: string): boolean {
    return this.#find(uid) >= 0 || this.#odd.has(uid);
  }

  isPast(uid: string, version: string): boolean {
    return this.compare(uid, version) === 'past';
  }

  /** How this version of an object stands to the known one. */
  compare(uid: string, version: string): Standing {
    const slot = this.#find(uid);
    const number = parseVersion(version);
    if (slot >= 0 && number !== undefined) return compareNumbers(number, this.#table.get(slot));
    return compareTexts(version, slot >= 0 ? String(this.#table.get(slot)) : (this.#odd.get(uid)?.version ?? ''));
  }

  *uids(): Generator<string> {
    yield* this.#table.uuids('all');
    yield* this.#odd.keys();
  }

  set(uid: string, version: string): void {
    const number = parseVersion(version);
    if (number === undefined || !parseUuid(uid, this.#uuid)) {
      this.delete(uid);
      this.#odd.set(uid, { version, listed: this.#listing });
      return;
    }
    this.#odd.delete(uid);
    const known = this.#table.find(this.#uuid);
    const slot = known < 0 ? this.#table.add(this.#uuid) : known;
    this.#table.set(slot, number);
    if (this.#listing) this.#table.mark(slot);
  }

  delete(uid: string): void {
    const slot = this.#find(uid);
    if (slot >= 0) this.#table.remove(slot);
    this.#odd.delete(uid);
  }

  /** From now on it is noted which objects are listed. */
  beginList(): void {
    this.#listing = true;
    this.#table.unmarkAll();
    for (const odd of this.#odd.values()) odd.listed = false;
  }

  /** A known object is in the list. */
  list(uid: string): void {
    if (!this.#listing) return;
    const slot = this.#find(uid);
    if (slot >= 0) this.#table.mark(slot);
    const odd = this.#odd.get(uid);
    if (odd !== undefined) odd.listed = true;
  }

  /** Answers which objects were not in the list. */
  endList(): readonly string[] {
    this.#listing = false;
    const odd = [...this.#odd].filter(([, { listed }]) => !listed).map(([uid]) => uid);
    return [...this.#table.uuids('unmarked'), ...odd];
  }

  #find(uid: string): number {
    return parseUuid(uid, this.#uuid) ? this.#table.find(this.#uuid) : -1;
  }
}

// No version is 0.
const UNRELIABLE = 0;
// Of so many digits that the number is exact.
const SHORT_DECIMAL = /^[1-9]\d{0,14}$/;
const DECIMAL = /^[1-9]\d*$/;

function parseVersion(version: string): number | undefined {
  if (version === '') return UNRELIABLE;
  return SHORT_DECIMAL.test(version) ? Number(version) : undefined;
}

function compareNumbers(version: number, known: number): Standing {
  if (version === UNRELIABLE || version > known) return 'other';
  return version === known ? 'same' : 'past';
}

function compareTexts(version: string, known: string): Standing {
  if (version === known && version !== '') return 'same';
  if (!DECIMAL.test(version) || !DECIMAL.test(known)) return 'other';
  const isOlder = version.length === known.length ? version < known : version.length < known.length;
  return isOlder ? 'past' : 'other';
}
