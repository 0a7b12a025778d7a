/** /metrics: streams the exposition, in the format and encoding that the scraper asks for, without holding up the event loop. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { CollectorFamily } from '../metrics/collector-families.ts';
import type { Format } from '../metrics/sample-text.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';

/** The two halves of a scrape; `exposition` reads the figures when called and renders them chunk by chunk as they are taken. */
export interface ScrapeSource {
  exposition(format: Format, collector: readonly CollectorFamily[]): Iterator<string, void> & Iterable<string>;
  collectorFamilies(): Promise<readonly CollectorFamily[]>;
}

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** On loopback `drain` comes before timers and other sockets: without a turn of the loop in between a scrape starves them. */
async function* paced(chunks: Iterable<string>): AsyncGenerator<string> {
  for (const chunk of chunks) {
    if (chunk !== '') yield chunk;
    await setImmediate();
  }
}

/** Answers one scrape. Rejects when the source fails or the client goes away. */
export async function answerScrape(
  source: ScrapeSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const format = negotiateFormat(request.headers.accept);
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  const body = request.method === 'HEAD' ? [] : source.exposition(format, await source.collectorFamilies());
  response.setHeader('Content-Type', CONTENT_TYPES[format]);
  response.setHeader('Vary', 'Accept, Accept-Encoding');
  if (gzip) response.setHeader('Content-Encoding', 'gzip');
  // Level 1: the scraper is near, CPU is dearer than bytes.
  if (gzip && request.method !== 'HEAD') await pipeline(paced(body), createGzip({ level: 1 }), response);
  else await pipeline(paced(body), response);
}
