/**
 * A synthetic API server in a process of its own, over TLS: `node api-server.ts --nodes N --cert FILE --key FILE [--daemons N] [--paged-only]
 * [--json-only] [--issuer-key FILE]`. It says the port of the API and that of its orders (plain HTTP) on stdout. Selectors are ignored: all pods of a namespace
 * belong to one DaemonSet. Nothing changes but by the orders of `change-cluster.ts`.
 */
import { readFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { ORDERS, type Publish } from './change-cluster.ts';
import { answerIssuer } from './issuer.ts';
import type { Encoding } from './encoding.ts';
import { JSON_ENCODING } from './json-encoding.ts';
import { PROTOBUF_ENCODING } from './protobuf-encoding.ts';
import type { Collection } from './population.ts';
import { openWatch, send, sendList, type Question } from './serve-collection.ts';
import { createSyntheticCluster, NODES_PATH, type SyntheticCluster } from './synthetic-cluster.ts';

const BOOKMARK_INTERVAL_MS = 60_000;
// kube-state-metrics asks for it before anything else.
const VERSION = JSON.stringify({ major: '1', minor: '36', gitVersion: 'v1.36.3', platform: 'linux/amd64' });

interface Host {
  readonly cluster: SyntheticCluster;
  /** By path: the watches and what each is written in. */
  readonly watches: Map<string, Map<ServerResponse, Encoding>>;
  readonly pagedOnly: boolean;
  readonly jsonOnly: boolean;
  /** PEM; '' where no tokens are known. */
  readonly issuerKey: string;
  /** Changes before this version are forgotten. */
  oldestVersion: number;
  /** How many of the watches that were cut last have not listed anew. */
  unlisted: number;
  /** What the last reader of nodes accepted. */
  accept: string;
}

async function answer(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/version') return void response.end(VERSION);
  if (host.issuerKey !== '' && (await answerIssuer(host.issuerKey, request, response))) return;
  await answerCollection(host, request, response);
}

async function answerCollection(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const collection = host.cluster.collections.get(pathname);
  if (collection === undefined) return refuse(response, 404, `the server could not find ${pathname}`);
  const { accept = '' } = request.headers;
  if (pathname === NODES_PATH) host.accept = accept;
  const question = { query, encoding: chooseEncoding(host, accept), version: host.cluster.version() };
  const refusal = refuseWatch(host, query);
  if (refusal !== undefined) return refuse(response, ...refusal);
  if (query.get('watch') === 'true') return keepWatch(host, pathname, { collection, response, question });
  if (await sendList(collection, response, question)) host.unlisted -= 1;
}

interface Exchange {
  readonly collection: Collection;
  readonly response: ServerResponse;
  readonly question: Question;
}

async function keepWatch(host: Host, path: string, { collection, response, question }: Exchange): Promise<void> {
  if (await openWatch(collection, response, question)) host.unlisted -= 1;
  const open = host.watches.get(path) ?? new Map<ServerResponse, Encoding>();
  host.watches.set(path, open.set(response, question.encoding));
  response.on('close', () => open.delete(response));
}

function chooseEncoding({ jsonOnly }: Host, accept: string): Encoding {
  return !jsonOnly && accept.includes(PROTOBUF_ENCODING.contentType) ? PROTOBUF_ENCODING : JSON_ENCODING;
}

function refuseWatch(host: Host, query: URLSearchParams): readonly [code: number, message: string] | undefined {
  if (query.get('watch') !== 'true') return undefined;
  if (query.get('sendInitialEvents') === 'true')
    return host.pagedOnly ? [422, 'sendInitialEvents: Forbidden'] : undefined;
  const since = Number(query.get('resourceVersion'));
  return since > 0 && since < host.oldestVersion ? [410, 'too old resource version'] : undefined;
}

const REASONS: Readonly<Record<number, string>> = { 404: 'NotFound', 410: 'Expired', 422: 'Invalid' };

function refuse(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { 'Content-Type': 'application/json' });
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason: REASONS[code], code };
  response.end(JSON.stringify(status));
}

async function follow(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const order = ORDERS[pathname];
  if (pathname === '/bench/accept') response.end(JSON.stringify(host.accept));
  else if (pathname === '/bench/unlisted') response.end(JSON.stringify(host.unlisted));
  else if (pathname === '/bench/forget') response.end(JSON.stringify(forget(host)));
  else if (order === undefined) refuse(response, 404, `there is no order ${pathname}`);
  else {
    const publish = createPublish(host);
    const result = await order({ cluster: host.cluster, publish }, (name) => Number(query.get(name)));
    response.end(JSON.stringify(result ?? null));
  }
}

function createPublish({ cluster, watches }: Host): Publish {
  const paths = new Map([...cluster.collections].map(([path, collection]) => [collection, path]));
  return async (collection, index, frame) => {
    for (const [watch, encoding] of watches.get(paths.get(collection) ?? '') ?? [])
      await send(watch, collection.encode(index, frame, encoding));
  };
}

/** Cuts all watches, and whoever resumes one is told that it is too late. */
function forget(host: Host): null {
  host.cluster.heartbeat(0);
  host.oldestVersion = host.cluster.version();
  const open = [...host.watches.values()].flatMap((watches) => [...watches.keys()]);
  host.unlisted = open.length;
  for (const watch of open) watch.destroy();
  return null;
}

function sendBookmarks({ cluster, watches }: Host): void {
  const metadata = { resourceVersion: String(cluster.version()), annotations: {} };
  for (const [path, collection] of cluster.collections)
    for (const [watch, encoding] of watches.get(path) ?? []) watch.write(encoding.bookmark(collection, metadata));
}

type Handler = (host: Host, request: IncomingMessage, response: ServerResponse) => Promise<void>;

function main(): void {
  const text = { type: 'string', default: '' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      nodes: text,
      daemons: { type: 'string', default: '1' },
      cert: text,
      key: text,
      'issuer-key': text,
      'paged-only': flag,
      'json-only': flag,
    },
  });
  const host: Host = {
    cluster: createSyntheticCluster(Number(values.nodes), Number(values.daemons)),
    watches: new Map(),
    pagedOnly: values['paged-only'],
    jsonOnly: values['json-only'],
    issuerKey: values['issuer-key'] === '' ? '' : readFileSync(values['issuer-key'], 'utf8'),
    oldestVersion: 0,
    unlisted: 0,
    accept: '',
  };
  const handle = (handler: Handler) => (request: IncomingMessage, response: ServerResponse) => {
    handler(host, request, response).catch((error: unknown) => response.destroy(error as Error));
  };
  setInterval(() => sendBookmarks(host), BOOKMARK_INTERVAL_MS);
  const api = createServer({ cert: readFileSync(values.cert), key: readFileSync(values.key) }, handle(answer));
  const orders = createPlainServer(handle(follow));
  api.listen(0, '127.0.0.1', () =>
    orders.listen(0, '127.0.0.1', () => {
      const [port, ordersPort] = [api, orders].map((server) => (server.address() as AddressInfo).port);
      process.stdout.write(`${JSON.stringify({ port, ordersPort })}\n`);
    }),
  );
}

main();
