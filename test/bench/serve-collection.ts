/** Answers lists and watches of a synthetic cluster as a kube-apiserver does: pages, streaming lists, bookmarks, one write an event. */
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Encoding } from './encoding.ts';
import type { Collection } from './population.ts';

const ITEMS_A_WRITE = 16;

/** What is asked of a collection, and the version at which it is answered. */
export interface Question {
  readonly query: URLSearchParams;
  readonly encoding: Encoding;
  readonly version: number;
}

/** Sends a list, or one page of it if the query has a `limit`; answers whether the reader has then got all. */
export async function sendList(
  collection: Collection,
  response: ServerResponse,
  { query, encoding, version }: Question,
): Promise<boolean> {
  const { size, encode, itemBytes } = collection;
  const first = Number(query.get('continue') ?? 0);
  // An API server answers a list of "any version" from its watch cache, whole, whatever the limit (client-go's reflectors ask so).
  const limit = query.get('resourceVersion') === '0' ? size : Number(query.get('limit') || size);
  const end = Math.min(size, first + limit);
  const token = end < size ? { continue: String(end), remainingItemCount: size - end } : {};
  let bytes = 0;
  for (let index = first; index < end; index++) bytes += itemBytes(index, encoding);
  const { head, tail } = encoding.frameList(collection, { resourceVersion: String(version), ...token }, bytes);
  response.setHeader('Content-Type', encoding.contentType);
  response.write(head);
  for (let from = first; from < end; from += ITEMS_A_WRITE) {
    const parts: Buffer[] = [];
    for (let index = from; index < Math.min(end, from + ITEMS_A_WRITE); index++) {
      if (index > first) parts.push(encoding.between);
      parts.push(encode(index, 'item', encoding));
    }
    await send(response, Buffer.concat(parts));
  }
  response.end(tail);
  return end === size;
}

/** Opens a watch; with `sendInitialEvents` all objects come first, and a bookmark that marks their end (KEP-3157): answers whether they did. */
export async function openWatch(
  collection: Collection,
  response: ServerResponse,
  { query, encoding, version }: Question,
): Promise<boolean> {
  response.setHeader('Content-Type', encoding.watchContentType);
  response.flushHeaders();
  if (query.get('sendInitialEvents') !== 'true') return false;
  for (let index = 0; index < collection.size; index++)
    await send(response, collection.encode(index, 'ADDED', encoding));
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  await send(response, encoding.bookmark(collection, { resourceVersion: String(version), annotations }));
  return true;
}

/** One write that is not joined with the next (node:http holds writes together for the rest of a turn), at the reader's pace. */
export async function send(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (response.destroyed) return;
  if (response.write(bytes)) await setImmediate();
  else await drained(response);
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const go = (): void => {
    response.off('drain', go);
    response.off('close', go);
    resolve();
  };
  response.on('drain', go);
  response.on('close', go);
  return promise;
}
