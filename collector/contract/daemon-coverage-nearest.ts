/** Finds the name that a misspelt one was meant to be. */

/** The candidate with the fewest typing errors (insert, delete, replace; case for nothing), if those are at most a third of the word. */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(Math.min(word.length, 64) / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: countEdits(word.slice(0, 64).toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((one, other) => one.distance - other.distance);
  return ranked[0]?.candidate;
}

function countEdits(from: string, to: string): number {
  const first = Array.from({ length: to.length + 1 }, (_, column) => column);
  const last = Array.from(from).reduce((above, letter, row) => {
    const current = [row + 1];
    Array.from(to).forEach((other, column) => {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    });
    return current;
  }, first);
  return last.at(-1) ?? 0;
}
