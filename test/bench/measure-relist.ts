/** Measures how the collector answers while it must list everything anew. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiProcess } from './api-process.ts';
import { scrape } from './scrape.ts';

/** The longest scrape in milliseconds, and the seconds from the cut of the watches until the API server had sent all lists. */
export interface RelistFigures {
  readonly longestMs: number;
  readonly seconds: number;
}

const INTERVAL_MS = 50;
// What was sent is still to be read.
const AFTERWARDS_MS = 2000;
const PATIENCE_MS = 300_000;

/** Cuts the watches once, and scrapes until 2 s after everything was listed. Rejects if that takes minutes. */
export async function measureRelist(api: ApiProcess, url: string): Promise<RelistFigures> {
  const start = performance.now();
  await api.forget();
  let longestMs = 0;
  let endMs = Number.POSITIVE_INFINITY;
  while (performance.now() < endMs + AFTERWARDS_MS) {
    const { ms } = await scrape(url);
    longestMs = Math.max(longestMs, ms);
    if (endMs === Number.POSITIVE_INFINITY && (await api.unlisted()) <= 0) endMs = performance.now();
    if (performance.now() > start + PATIENCE_MS) throw new Error('the relist does not end');
    await delay(Math.max(0, INTERVAL_MS - ms));
  }
  return { longestMs, seconds: (endMs - start) / 1000 };
}
