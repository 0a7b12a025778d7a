/** Scrapes /metrics as Prometheus would, and sums what is needed of it. */

/** One scrape: the sum of a family's samples (0 if it has none), how long it took in milliseconds, and its bytes. */
export interface Scrape {
  sum(family: string, label?: string): number;
  readonly ms: number;
  readonly bytes: number;
}

/** Scrapes once. Throws for any status but 200. */
export async function scrape(url: string): Promise<Scrape> {
  const start = performance.now();
  const response = await fetch(`${url}/metrics`, { headers: { 'Accept-Encoding': 'identity' } });
  const body = await response.text();
  const ms = performance.now() - start;
  if (!response.ok) throw new Error(`GET /metrics: ${response.status}: ${body}`);
  return { sum: (family, label = '') => sumSamples(body, family, label), ms, bytes: Buffer.byteLength(body) };
}

function sumSamples(body: string, family: string, label: string): number {
  let sum = 0;
  for (const line of body.split('\n')) {
    const isOfFamily = line.startsWith(`${family}{`) || line.startsWith(`${family} `);
    if (isOfFamily && line.includes(label)) sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}
