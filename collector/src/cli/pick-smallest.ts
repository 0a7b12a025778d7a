/** Picks the first keys of many without sorting them all. */

/** The `count` smallest of the keys, in order, by UTF-16 code units; keys must differ. */
export function pickSmallest(keys: Iterable<string>, count: number): readonly string[] {
  const kept: string[] = [];
  let bound: string | undefined;
  for (const key of keys) {
    if (bound !== undefined && key > bound) continue;
    kept.push(key);
    if (kept.length < 2 * count) continue;
    // Only now and then, so that it costs the fewer sorts the more is left out.
    kept.sort().length = count;
    bound = kept.at(-1);
  }
  return kept.sort().slice(0, count);
}
