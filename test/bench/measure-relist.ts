/** Measures how the collector answers while it must list everything anew. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiProcess } from './api-process.ts';
import { scrape, type Scrape } from './scrape.ts';

/** The longest scrape in milliseconds, and the seconds from the cut of the watches until all were listed and watched again. */
export interface RelistFigures {
  readonly longestMs: number;
  readonly seconds: number;
}

const INTERVAL_MS = 50;
const AFTERWARDS_MS = 1000;
const PATIENCE_MS = 120_000;

/** Cuts the watches once, and scrapes until a second after everything was listed. Rejects if that takes minutes. */
export async function measureRelist(api: ApiProcess, url: string): Promise<RelistFigures> {
  const relists = ({ sum }: Scrape): number => sum('rollcall_watch_relists_total');
  const live = ({ sum }: Scrape): number => sum('rollcall_watch_state', 'state="live"');
  const before = await scrape(url);
  const start = performance.now();
  await api.forget();
  let longestMs = 0;
  let endMs = Number.POSITIVE_INFINITY;
  while (performance.now() < endMs + AFTERWARDS_MS) {
    const answer = await scrape(url);
    longestMs = Math.max(longestMs, answer.ms);
    const isDone = relists(answer) >= relists(before) + live(before) && live(answer) === live(before);
    if (isDone && endMs === Number.POSITIVE_INFINITY) endMs = performance.now();
    if (performance.now() > start + PATIENCE_MS) throw new Error('the relist does not end');
    await delay(Math.max(0, INTERVAL_MS - answer.ms));
  }
  return { longestMs, seconds: (endMs - start) / 1000 };
}
