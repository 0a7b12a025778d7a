/** Joins the parts of a value that crossed the ends of chunks. */

/**
 * The parts as one buffer, the part itself if it is the only one. The memory is of its own: what `Buffer.concat` takes from the shared
 * pool of 64 kB lives until the last of some seven objects is done, grows old among the parser's garbage and is freed late.
 */
export function joinParts(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const joined = Buffer.allocUnsafeSlow(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
