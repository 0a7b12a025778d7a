/** A two-way index: who goes by which keys, and who goes by a key. Two parties that share a key speak of the same machine. */

/** Ids by key and keys by id; changed in place by its one owner. Most keys have one id, which is then kept without a list. */
export interface KeyIndex {
  readonly keys: Map<string, readonly string[]>;
  readonly ids: Map<string, string | readonly string[]>;
}

const NONE: readonly string[] = Object.freeze([]);

/** An index in which nobody goes by anything. */
export function createKeyIndex(): KeyIndex {
  return { keys: new Map(), ids: new Map() };
}

/** The keys of an id, none for one that is not there. */
export function keysOf({ keys }: KeyIndex, id: string): readonly string[] {
  return keys.get(id) ?? NONE;
}

/** Gives an id these keys in place of those that it had. Keys must not repeat; without any the id is gone. */
export function setKeys(index: KeyIndex, id: string, keys: readonly string[]): void {
  for (const key of keysOf(index, id)) removeId(index.ids, key, id);
  for (const key of keys) addId(index.ids, key, id);
  if (keys.length === 0) index.keys.delete(id);
  else index.keys.set(id, keys);
}

function addId(ids: KeyIndex['ids'], key: string, id: string): void {
  const there = ids.get(key);
  ids.set(key, there === undefined ? id : typeof there === 'string' ? [there, id] : [...there, id]);
}

function removeId(ids: KeyIndex['ids'], key: string, id: string): void {
  const there = ids.get(key);
  const left = typeof there === 'string' ? [there].filter((other) => other !== id) : there?.filter((one) => one !== id);
  const [first, second] = left ?? NONE;
  if (left === undefined || first === undefined) ids.delete(key);
  else ids.set(key, second === undefined ? first : left);
}

/** Everyone who goes by any of the keys, each once, in no particular order. */
export function findIds({ ids }: KeyIndex, keys: readonly string[]): readonly string[] {
  let found: readonly string[] = NONE;
  for (const key of keys) {
    const there = ids.get(key);
    if (there === undefined) continue;
    const all = typeof there === 'string' ? [there] : there;
    if (found.length === 0) found = all;
    else if (all.some((id) => !found.includes(id))) found = [...new Set([...found, ...all])];
  }
  return found;
}

/** True when both have the same keys in the same order. */
export function isSameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, at) => key === other[at]);
}
