/** A connection to the replay's cluster in this process: streaming lists and watches whose bytes arrive when the script says so. */
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Connection, Timers } from '@rollcall/kube';
import type { ReplayCluster } from './replay-cluster.ts';

/** The connection, and the server behind it. */
export interface ReplayLine {
  readonly connection: Connection;
  /** Keeps an event until the next flush; what nobody watches waits for whoever resumes. */
  emit(path: string, event: Buffer): void;
  /** Sends what was emitted, ends the watches whose time is over, and returns when all was read. */
  flush(): Promise<void>;
}

interface Watch {
  readonly path: string;
  readonly body: Readable;
  readonly endMs: number;
  bookmarkMs: number;
  /** While its list is still being sent. */
  listing: boolean;
}

// As large as a socket's reads.
const CHUNK_BYTES = 65_536;
const BOOKMARK_MS = 60_000;
// How many pieces may lie unread.
const UNREAD = 2;
// Turns of the event loop from a piece that was taken to the event that it became.
const TURNS = 2;

/** What the line is made of. */
export interface ReplayLineHost {
  readonly cluster: () => ReplayCluster;
  readonly timers: Timers;
  readonly clock: Clock;
}

/** No watch yet. */
export function createReplayLine(host: ReplayLineHost): ReplayLine {
  const watches = new Map<string, Watch>();
  const waiting = new Map<string, Buffer[]>();
  return {
    connection: connectTo(host, watches),
    emit: (path, event) => {
      const queue = waiting.get(path);
      if (queue === undefined) waiting.set(path, [event]);
      else queue.push(event);
    },
    flush: async () => {
      for (const [path, watch] of watches) {
        const events = waiting.get(path) ?? [];
        waiting.delete(path);
        await sendEvents(host, watch, events);
      }
      for (let count = 0; count < TURNS; count++) await turn();
    },
  };
}

function connectTo(host: ReplayLineHost, watches: Map<string, Watch>): Connection {
  return {
    server: 'replay',
    defaultNamespace: 'default',
    timers: host.timers,
    clock: host.clock,
    traits: { streamingList: true, protobuf: true },
    request: ({ path, headers }) => {
      const { pathname, searchParams } = new URL(path, 'http://replay');
      const cluster = host.cluster();
      if (searchParams.get('watch') !== 'true' || cluster.list(pathname) === undefined)
        return Promise.resolve({ status: 404, headers: JSON_TYPE, body: Readable.from([NOT_FOUND]) });
      const { contentType, watchContentType } = cluster.encodingOf(pathname);
      if (!(headers?.['Accept'] ?? '').includes(contentType))
        throw new Error(`${pathname}: ${contentType} is not accepted`);
      const watch = openWatch(host, pathname, searchParams);
      watches.set(pathname, watch);
      watch.body.on('close', () => watches.get(pathname) === watch && watches.delete(pathname));
      return Promise.resolve({ status: 200, headers: { 'content-type': watchContentType }, body: watch.body });
    },
    close: () => {
      for (const { body } of watches.values()) body.destroy();
    },
  };
}

function openWatch({ cluster, clock }: ReplayLineHost, path: string, query: URLSearchParams): Watch {
  const body = new Readable({ objectMode: true, read: () => undefined });
  const endMs = clock.monoMs() + Number(query.get('timeoutSeconds')) * 1000;
  const watch: Watch = {
    path,
    body,
    endMs,
    bookmarkMs: clock.monoMs() + BOOKMARK_MS,
    listing: query.has('sendInitialEvents'),
  };
  if (watch.listing) void sendList(watch, path, cluster());
  return watch;
}

async function sendEvents({ cluster, clock }: ReplayLineHost, watch: Watch, events: Buffer[]): Promise<void> {
  while (watch.listing && !watch.body.destroyed) await turn();
  if (clock.monoMs() >= watch.bookmarkMs) {
    watch.bookmarkMs += BOOKMARK_MS;
    events.push(cluster().bookmark(watch.path, {}));
  }
  await send(watch.body, events);
  if (clock.monoMs() >= watch.endMs) watch.body.push(null);
}

const JSON_TYPE = { 'content-type': 'application/json' };
const NOT_FOUND = Buffer.from('{"kind":"Status","status":"Failure","reason":"NotFound","code":404}');

async function sendList(watch: Watch, path: string, cluster: ReplayCluster): Promise<void> {
  // Of the version at which the list was begun.
  const end = cluster.bookmark(path, { 'k8s.io/initial-events-end': 'true' });
  let piece: Buffer[] = [];
  let size = 0;
  for (const event of cluster.list(path) ?? []) {
    piece.push(event);
    size += event.length;
    if (size < CHUNK_BYTES) continue;
    await send(watch.body, piece);
    [piece, size] = [[], 0];
  }
  await send(watch.body, [...piece, end]);
  watch.listing = false;
}

/** In pieces that end anywhere, each taken before too many others follow, and all taken when it returns. */
async function send(body: Readable, events: readonly Buffer[]): Promise<void> {
  const bytes = Buffer.concat(events);
  for (let from = 0; from < bytes.length && !body.destroyed; from += CHUNK_BYTES) {
    body.push(bytes.subarray(from, from + CHUNK_BYTES));
    while (body.readableLength > UNREAD && !body.destroyed) await turn();
  }
  while (body.readableLength > 0 && !body.destroyed) await turn();
}
