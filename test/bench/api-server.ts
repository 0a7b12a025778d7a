/**
 * A synthetic API server in a process of its own: `node api-server.ts NODES [--paged-only]`. It says its address on stdout. Selectors are
 * ignored: all pods belong to the one DaemonSet. Nothing changes but by POST /bench/heartbeats and /bench/ready.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { bookmark, openWatch, send, sendList } from './serve-collection.ts';
import { createSyntheticCluster, NODES_PATH, type SyntheticCluster } from './synthetic-cluster.ts';

const BOOKMARK_INTERVAL_MS = 60_000;
const BURST_MS = 10;

interface Host {
  readonly cluster: SyntheticCluster;
  readonly watches: Map<string, Set<ServerResponse>>;
  readonly pagedOnly: boolean;
}

async function answer(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const collection = host.cluster.collections.get(pathname);
  if (pathname === '/bench/heartbeats') return sendHeartbeats(host, query, response);
  if (pathname === '/bench/ready') return flipReady(host, query, response);
  if (collection === undefined) return refuse(response, 404, `the server could not find ${pathname}`);
  if (query.get('watch') !== 'true') return sendList(collection, response, { query, version: host.cluster.version() });
  const initial = query.get('sendInitialEvents') === 'true';
  if (initial && host.pagedOnly) return refuse(response, 422, 'sendInitialEvents: Forbidden');
  await openWatch(collection, response, { cluster: host.cluster, initial });
  const open = host.watches.get(pathname) ?? new Set();
  host.watches.set(pathname, open.add(response));
  response.on('close', () => open.delete(response));
}

function refuse(response: ServerResponse, code: number, message: string): void {
  const reason = code === 404 ? 'NotFound' : 'Invalid';
  response.writeHead(code, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }));
}

/** `count` status writes of kubelets, node after node, `rate` a second; answers when the last is sent. */
async function sendHeartbeats(host: Host, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const count = Number(query.get('count'));
  const rate = Number(query.get('rate'));
  const size = host.cluster.collections.get(NODES_PATH)?.size ?? 0;
  const start = performance.now();
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.ceil(((performance.now() - start) * rate) / 1000));
    for (; sent < due; sent++) {
      host.cluster.heartbeat(sent % size);
      await publishNode(host, sent % size);
    }
    await delay(BURST_MS);
  }
  response.end();
}

async function flipReady(host: Host, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const node = Number(query.get('node'));
  host.cluster.setReady(node, query.get('ready') === 'true');
  await publishNode(host, node);
  response.end();
}

async function publishNode({ cluster, watches }: Host, node: number): Promise<void> {
  const event = cluster.collections.get(NODES_PATH)?.encode(node, 'MODIFIED') ?? Buffer.alloc(0);
  for (const watch of watches.get(NODES_PATH) ?? []) await send(watch, event);
}

function sendBookmarks({ cluster, watches }: Host): void {
  for (const [path, collection] of cluster.collections)
    for (const watch of watches.get(path) ?? []) watch.write(bookmark(collection, cluster.version()));
}

function main(): void {
  const { values, positionals } = parseArgs({ options: { 'paged-only': { type: 'boolean' } }, allowPositionals: true });
  const cluster = createSyntheticCluster(Number(positionals[0]));
  const host: Host = { cluster, watches: new Map(), pagedOnly: values['paged-only'] ?? false };
  const server = createServer((request, response) => {
    answer(host, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  setInterval(() => sendBookmarks(host), BOOKMARK_INTERVAL_MS);
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`);
  });
}

main();
