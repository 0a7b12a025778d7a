/** Answers lists and watches of a synthetic cluster as a kube-apiserver does: pages, streaming lists, bookmarks, one write an event. */
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Collection, SyntheticCluster } from './synthetic-cluster.ts';

const ITEMS_A_WRITE = 16;

/** Sends a list, or one page of it if the query has a `limit`. */
export async function sendList(
  { size, kind, apiVersion, encode }: Collection,
  response: ServerResponse,
  { query, version }: { readonly query: URLSearchParams; readonly version: string },
): Promise<void> {
  const first = Number(query.get('continue') ?? 0);
  const end = Math.min(size, first + Number(query.get('limit') || size));
  const token = end < size ? { continue: String(end), remainingItemCount: size - end } : {};
  const metadata = JSON.stringify({ resourceVersion: version, ...token });
  response.setHeader('Content-Type', 'application/json');
  response.write(`{"kind":"${kind}List","apiVersion":"${apiVersion}","metadata":${metadata},"items":[`);
  for (let from = first; from < end; from += ITEMS_A_WRITE) {
    const parts: Buffer[] = [];
    for (let index = from; index < Math.min(end, from + ITEMS_A_WRITE); index++) {
      if (index > first) parts.push(COMMA);
      parts.push(encode(index, 'item'));
    }
    await send(response, Buffer.concat(parts));
  }
  response.end(']}\n');
}

const COMMA = Buffer.from(',');

/** Opens a watch; with `initial` all objects come first, and a bookmark that marks their end (KEP-3157). */
export async function openWatch(
  collection: Collection,
  response: ServerResponse,
  { cluster, initial }: { readonly cluster: SyntheticCluster; readonly initial: boolean },
): Promise<void> {
  response.setHeader('Content-Type', 'application/json');
  response.flushHeaders();
  if (!initial) return;
  for (let index = 0; index < collection.size; index++) await send(response, collection.encode(index, 'ADDED'));
  await send(response, bookmark(collection, cluster.version(), { 'k8s.io/initial-events-end': 'true' }));
}

/** The event that says: up to this version nothing is missing. */
export function bookmark({ kind, apiVersion }: Collection, version: string, annotations: object = {}): Buffer {
  const metadata = { resourceVersion: version, creationTimestamp: null, annotations };
  return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object: { kind, apiVersion, metadata } })}\n`);
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
