/** The counters of one namespace as a scrape shows them, and by how much they moved. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** Counters by what tells them apart: `family reason`, summed over pools. Seconds or events. */
export type Counters = ReadonlyMap<string, number>;

const TELLING = ['sli', 'reason', 'outcome'];

/** Reads `/metrics`, and keeps the counters of that namespace. */
export async function readCounters(url: string, namespace: string): Promise<Counters> {
  const counters = new Map<string, number>();
  for (const line of (await get(`${url}/metrics`)).split('\n')) {
    const [, family = '', labels = '', value = ''] = /^rollcall_(\w+)_total\{(.*)\} (\S+)/.exec(line) ?? [];
    if (!labels.includes(`namespace="${namespace}"`)) continue;
    const words = TELLING.flatMap((name) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? []);
    const key = [family, ...words].join(' ');
    counters.set(key, (counters.get(key) ?? 0) + Number(value));
  }
  return counters;
}

/** What moved, and by how much. */
export function movedBetween(before: Counters, after: Counters): Counters {
  const moved = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const);
  return new Map(moved.filter(([, by]) => by !== 0));
}

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (response) => void text(response).then(resolve, reject))
      .on('error', reject)
      .end();
  });
}
