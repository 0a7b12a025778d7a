/** A bound on a rate that lets bursts through: a bucket of tokens that fills evenly. */

/** Tokens a second, and how many there are at most. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** A full bucket; taking a token answers whether there was one. */
export function createTokenBucket({ perSecond, burst }: BucketSize, nowMs: () => number): () => boolean {
  let tokens = burst;
  let atMs = nowMs();
  return () => {
    const now = nowMs();
    tokens = Math.min(burst, tokens + (Math.max(0, now - atMs) * perSecond) / 1000);
    atMs = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
