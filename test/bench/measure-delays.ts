/** Measures under load how long a change of a node takes until it is to be seen, in /metrics and in the stream. */
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiProcess } from './api-process.ts';
import { scrape } from './scrape.ts';
import { wallClock } from './stalls.ts';
import { STORM_A_SECOND, STORM_EVENTS } from './workload.ts';

/** Milliseconds for each change. */
export interface Delays {
  readonly scrape: readonly number[];
  readonly stream: readonly number[];
}

// Part of the delay that is measured, as it is of Prometheus' (whose pause is longer).
const SCRAPE_PAUSE_MS = 10;
const PATIENCE_MS = 10_000;

/** Runs the storm. Rejects if a change is still not to be seen long after it. */
export async function measureDelays(api: ApiProcess, url: string): Promise<Delays> {
  using stream = followStream(url);
  const seen: number[] = [];
  let sent: readonly number[] | undefined;
  const watchMetrics = async (): Promise<void> => {
    for (const start = wallClock(); sent === undefined || seen.length < sent.length;) {
      const uncovered = (await scrape(url)).sum('rollcall_uncovered_nodes');
      const now = wallClock();
      while (seen.length < uncovered) seen.push(now);
      if (now > start + (STORM_EVENTS / STORM_A_SECOND) * 1000 + PATIENCE_MS) throw new Error('changes are not seen');
      await delay(SCRAPE_PAUSE_MS);
    }
  };
  const order = async (): Promise<void> => void (sent = await api.mark(STORM_EVENTS, STORM_A_SECOND));
  await Promise.all([watchMetrics(), order()]);
  const marks = sent ?? [];
  for (const start = wallClock(); stream.uncovered.size < marks.length; await delay(SCRAPE_PAUSE_MS))
    if (wallClock() > start + PATIENCE_MS) throw new Error(`the stream tells of ${stream.uncovered.size} changes only`);
  const told = [...stream.uncovered.values()];
  await api.unmark(marks.length);
  while ((await scrape(url)).sum('rollcall_uncovered_nodes') > 0) await delay(SCRAPE_PAUSE_MS);
  const after = (times: readonly number[]): readonly number[] => marks.map((at, mark) => (times[mark] ?? NaN) - at);
  return { scrape: after(seen), stream: after(told) };
}

interface StreamReader {
  /** When each node was first said to be uncovered, in the order in which it was said. */
  readonly uncovered: ReadonlyMap<string, number>;
  [Symbol.dispose](): void;
}

function followStream(url: string): StreamReader {
  const uncovered = new Map<string, number>();
  const request = get(`${url}/api/v1/stream`, (response) => {
    const lines = createInterface(response);
    // Cut at the end, like every stream that is followed long enough; the reader of lines passes it on.
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      if (!line.startsWith('data: {')) return;
      const { transition } = JSON.parse(line.slice('data: '.length)) as Told;
      if (transition?.to === 'uncovered' && !uncovered.has(transition.node))
        uncovered.set(transition.node, wallClock());
    });
  });
  request.on('error', () => undefined);
  return { uncovered, [Symbol.dispose]: () => void request.destroy() };
}

interface Told {
  readonly transition?: { readonly node: string; readonly to: string };
}
