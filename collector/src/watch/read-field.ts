/** Reads fields of parsed JSON that nobody has checked: a field that is not what it should be counts as absent. */
import type { StringMap } from '@rollcall/contract';

/** A JSON object of unknown content. */
export type Fields = Readonly<Record<string, unknown>>;

/** Gives back an equal text, the same one for equal texts where it can, so that 100,000 copies of a label value cost one. */
export type Interner = (text: string) => string;

/** Shared empties: most objects have several. */
export const NO_FIELDS: Fields = Object.freeze({});
/** A list without entries. */
export const NO_ITEMS: readonly never[] = Object.freeze([]);
/** A map without entries. */
export const NO_PAIRS: StringMap = Object.freeze({});

// Kubernetes itself cuts at 63 for label values; nothing longer is ever repeated often enough to be worth a look-up.
const MAX_INTERNED = 256;
const MAX_MESSAGE = 1024;
/** The last moment that a time may be. */
export const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * An interner that remembers at most `2 * limit` texts. It keeps two generations and drops the older one when the younger is full,
 * so that values which occur once (host names) wash through while those in use stay.
 */
export function createInterner(limit: number): Interner {
  let young = new Map<string, string>();
  let old = new Map<string, string>();
  return (text) => {
    if (text.length > MAX_INTERNED) return text;
    const known = young.get(text);
    if (known !== undefined) return known;
    if (young.size >= limit) {
      old = young;
      young = new Map();
    }
    const kept = old.get(text) ?? text;
    young.set(kept, kept);
    return kept;
  };
}

/** The value if it is a JSON object, else an empty one. */
export function asFields(value: unknown): Fields {
  return isFields(value) ? value : NO_FIELDS;
}

/** True for a JSON object, false for null and lists. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object in a field, else an empty one. */
export function readFields(fields: Fields, key: string): Fields {
  return asFields(fields[key]);
}

/** The list in a field, else an empty one. */
export function readList(fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  return Array.isArray(value) ? value : NO_ITEMS;
}

/** The texts in the list of a field; other entries are dropped. */
export function readStrings(fields: Fields, key: string, intern: Interner): readonly string[] {
  const list = readList(fields, key);
  if (list.length === 0) return NO_ITEMS;
  return list.filter((item) => typeof item === 'string').map(intern);
}

/** The text in a field, else ''. */
export function readString(fields: Fields, key: string): string {
  const value = fields[key];
  return typeof value === 'string' ? value : '';
}

/** The text of a message field, cut to 1,024 characters. */
export function readMessage(fields: Fields, key: string, intern: Interner): string {
  const text = readString(fields, key);
  return text.length <= MAX_MESSAGE ? intern(text) : cutMessage(text);
}

/** The text, cut to 1,024 characters. */
export function cutMessage(text: string): string {
  if (text.length <= MAX_MESSAGE) return text;
  // A plain slice would keep the whole text alive in V8.
  return Buffer.from(text.slice(0, MAX_MESSAGE)).toString();
}

/** The list with one item more, in an array that has no room to spare: a node keeps its list of one address for as long as it lives. */
export function append(list: readonly string[], item: string): readonly string[] {
  return list.length === 0 ? [item] : [...list, item];
}

/** The integer in a field if it is not negative, else 0. */
export function readCount(fields: Fields, key: string): number {
  const value = fields[key];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : 0;
}

/** The integer in a field, of either sign, else 0. */
export function readInteger(fields: Fields, key: string): number {
  const value = fields[key];
  return Number.isSafeInteger(value) ? (value as number) : 0;
}

/** The RFC 3339 time in a field as milliseconds since the epoch; undefined if it is none or lies outside of the years 1970 to 9999. */
export function readTime(fields: Fields, key: string): number | undefined {
  return parseTime(fields[key]);
}

/** The same of a value. */
export function parseTime(value: unknown): number | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const ms = Date.parse(value);
  return ms >= 0 && ms <= LAST_MS ? ms : undefined;
}

/**
 * The map in a field with its values interned in place: a map of labels is kept as it was parsed, since a copy would cost more than
 * everything else that is kept of the object. Entries that are no texts are removed from it.
 */
export function takeStringMap(fields: Fields, key: string, intern: Interner): StringMap {
  const map = fields[key] as Record<string, unknown>;
  if (!isFields(map)) return NO_PAIRS;
  let isEmpty = true;
  for (const name in map) {
    const value = map[name];
    if (typeof value === 'string') {
      map[name] = intern(value);
      isEmpty = false;
    } else delete map[name];
  }
  return isEmpty ? NO_PAIRS : (map as StringMap);
}
