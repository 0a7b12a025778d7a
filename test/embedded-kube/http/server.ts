/** The HTTP server: one port on the loopback address, every request to its handler, faults first. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { methodNotAllowed } from '../objects/api-failure.ts';
import type { Registry } from '../objects/registry.ts';
import type { WireFormat } from '../objects/wire-object.ts';
import { discoveryDocument } from './discovery.ts';
import { answerWrongly, passFreeze, type FaultState } from './faults.ts';
import { isWatch, listQueryOf, watchQueryOf } from './list-options.ts';
import { JSON_TYPE, negotiate, notAcceptable } from './negotiate.ts';
import { sendFailure, sendJson, sendList, sendNoSuchPath, sendObject } from './respond.ts';
import { parseResourcePath } from './route.ts';
import { hasMessage } from '../protobuf/fields.ts';
import { PROTOBUF } from '../protobuf/frame.ts';
import { serveWatch, type WatchContext } from './watch-stream.ts';
import { serveWrite, type ResourceRequest } from './write-requests.ts';

/** What the handlers share. */
export type ServerContext = WatchContext & {
  readonly registry: Registry;
  readonly faults: FaultState;
  /** False answers as a server without the WatchList feature. */
  readonly streamingList: boolean;
};

/** A server that can stop and start listening on the same port. */
export type Listener = {
  /** Listens; resolves with the port. */
  listen(port: number): Promise<number>;
  /** Serves a connection that did not come through the port. */
  accept(connection: Duplex): void;
  /** Stops listening and breaks every connection. */
  close(): Promise<void>;
};

const HEALTH_PATHS = new Set(['/healthz', '/livez', '/readyz']);
// As generous as the real one: a client must not lose a kept-alive connection between two requests of a test.
const KEEP_ALIVE_MS = 120_000;

/** A server for the given objects; it does nothing until it listens. */
export function createListener(context: ServerContext): Listener {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (request, response) => {
    handle(context, request, response).catch((error: unknown) => sendFailure(response, error));
  });
  return {
    listen: (port) => listen(server, port),
    accept: (connection) => void server.emit('connection', connection),
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function handle(context: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await passFreeze(context.faults);
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (HEALTH_PATHS.has(url.pathname)) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('ok');
    return;
  }
  if (answerWrongly(context.faults, response, isWatch(url.searchParams))) return;
  const pathname = url.pathname.replace(/\/$/, '');
  const path = parseResourcePath(pathname, context.registry);
  if (path !== undefined) return serveResource(context, { request, response, path, parameters: url.searchParams });
  negotiate(request.headers.accept, { protobuf: false });
  const document = discoveryDocument(pathname, context.registry);
  if (document === undefined) return sendNoSuchPath(response, isInServedGroup(pathname, context.registry));
  if (request.method !== 'GET') throw methodNotAllowed();
  sendJson(response, 200, JSON.stringify(document));
}

function isInServedGroup(pathname: string, registry: Registry): boolean {
  const [, root, group] = pathname.split('/');
  return (
    root === 'api' || (root === 'apis' && registry.types().some((type) => type.group !== '' && type.group === group))
  );
}

/** Throws 406. */
function chooseFormat({ faults }: ServerContext, { request, path: { type } }: ResourceRequest): WireFormat {
  const { accept } = request.headers;
  if (faults.protobufRefused && accept?.includes(PROTOBUF) === true) throw notAcceptable([JSON_TYPE]);
  const hasBoth = !type.custom && hasMessage(type.kind);
  return negotiate(accept, { protobuf: request.method === 'GET' && !faults.jsonOnly && hasBoth });
}

async function serveResource(context: ServerContext, call: ResourceRequest): Promise<void> {
  const { registry } = context;
  const { path, parameters, response, request } = call;
  const { type, namespace, name } = path;
  const format = chooseFormat(context, call);
  if (request.method !== 'GET') return serveWrite(registry, call);
  try {
    if (name !== undefined) sendObject(response, format, registry.get({ type, name, namespace }));
    else if (isWatch(parameters))
      serveWatch(context, { type, query: watchQueryOf(path, parameters, context), format }, response);
    else await sendList(response, { type, format }, registry.list(type, listQueryOf(path, parameters)));
  } catch (error) {
    sendFailure(response, error, format);
  }
}
