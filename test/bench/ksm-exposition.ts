/** Reads an exposition of any size piece by piece: kube-state-metrics' may be larger than the longest string that there is. */

/** One scrape: milliseconds and bytes, and how often each marker was in it. */
export interface ExpositionRead {
  readonly ms: number;
  readonly bytes: number;
  readonly counts: readonly number[];
}

/** Reads it to its end; markers are ASCII. Throws for any status but 200. */
export async function readExposition(url: string, markers: readonly string[]): Promise<ExpositionRead> {
  const start = performance.now();
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
  if (!response.ok || response.body === null) throw new Error(`GET ${url}: ${response.status}`);
  const counters = markers.map(createCounter);
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    const piece = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (const counter of counters) counter.push(piece);
  }
  return { ms: performance.now() - start, bytes, counts: counters.map(({ count }) => count()) };
}

/** Counts a marker, also where it crosses the end of a piece. */
function createCounter(marker: string): { push(piece: Buffer): void; count(): number } {
  let count = 0;
  let rest = Buffer.alloc(0);
  return {
    push: (piece) => {
      const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let from = 0;
      for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, from)) {
        count += 1;
        from = at + marker.length;
      }
      // One byte less than a marker: a whole one is never counted twice.
      rest = Buffer.from(text.subarray(Math.max(from, text.length - marker.length + 1)));
    },
    count: () => count,
  };
}
