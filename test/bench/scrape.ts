/** Scrapes /metrics as Prometheus would, and sums what is needed of it. */
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, get as getSecurely } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** One scrape: the sum of a family's samples (0 if it has none), how long it took in milliseconds, and its bytes. */
export interface Scrape {
  sum(family: string, label?: string): number;
  readonly ms: number;
  readonly bytes: number;
}

// A scraper keeps its connection.
const agent = new Agent({ keepAlive: true });
const secureAgent = new SecureAgent({ keepAlive: true, rejectUnauthorized: false });

/** Scrapes once; `gzip` counts the bytes on the wire and has no sums. Rejects for any status but 200. */
export async function scrape(url: string, encoding: 'identity' | 'gzip' = 'identity'): Promise<Scrape> {
  const start = performance.now();
  const headers = { 'Accept-Encoding': encoding };
  const request = url.startsWith('https:')
    ? getSecurely(`${url}/metrics`, { agent: secureAgent, headers })
    : get(`${url}/metrics`, { agent, headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = await buffer(response);
  const ms = performance.now() - start;
  if (response.statusCode !== 200) throw new Error(`GET /metrics: ${response.statusCode}: ${body.toString()}`);
  return { sum: (family, label = '') => sumSamples(body.toString(), family, label), ms, bytes: body.length };
}

function sumSamples(body: string, family: string, label: string): number {
  let sum = 0;
  for (let at = body.indexOf(`\n${family}`); at >= 0; at = body.indexOf(`\n${family}`, at + 1)) {
    const end = body.indexOf('\n', at + 1);
    const line = body.slice(at + 1, end < 0 ? undefined : end);
    const isOfFamily = line.startsWith(`${family}{`) || line.startsWith(`${family} `);
    if (isOfFamily && line.includes(label)) sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}
