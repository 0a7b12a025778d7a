/** The HTTP server: listens, with or without TLS, within its limits, and comes to an orderly end. */
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Spans } from '@rollcall/contract';
import { contextOf, followPair, readPair, type TlsFiles } from './certificate.ts';
import { boundConnections, type Connections } from './connections.ts';
import { createHandler, type Handler, type HandlerOptions } from './handle.ts';
import { LIMITS, type Limits } from './limits.ts';
import { traceRequests } from './trace-requests.ts';

/** What the server needs; port 0 takes a free one, the host is 127.0.0.1 unless given. */
export interface ServerOptions extends Omit<HandlerOptions, 'host' | 'vouch'> {
  readonly listen: { readonly host?: string | undefined; readonly port: number };
  /** Absent: plain HTTP. */
  readonly tls?: TlsFiles | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Nothing is traced without them. */
  readonly spans?: Spans | undefined;
}

/** A server that listens. `close` takes no more connections, lets running requests end within the grace, and may be called twice. */
export interface RunningServer {
  readonly url: string;
  close(graceMs: number): Promise<void>;
}

/** Starts the server; rejects with the address or file, the cause and the mend when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const {
    listen: { host = '127.0.0.1', port },
    tls,
    log,
  } = options;
  const limits = { ...LIMITS, ...options.limits };
  const secured = tls && (await createTlsServer(tls, limits));
  const server = secured?.server ?? createPlainServer(limits);
  server.setTimeout(limits.idleMs);
  const connections = boundConnections(server, limits);
  const handle = traceRequests(options.spans, createHandler({ ...options, host, vouch: connections.vouch }, limits));
  const running = answerRequests(server, handle, connections);
  const url = await listen(server, { scheme: secured ? 'https' : 'http', host, port });
  if (secured) server.once('close', followPair(secured.server, { ...secured, log }));
  return {
    url,
    close: (graceMs) => {
      options.stream.close();
      return running.close(graceMs);
    },
  };
}

function settingsOf(limits: Limits) {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, 5_000),
    maxHeaderSize: limits.headerBytes,
  };
}

// Not `import`: the ES module facades of node:http and node:https cost 7 to 15 MB that nobody uses.
function createPlainServer(limits: Limits): Server {
  return process.getBuiltinModule('node:http').createServer(settingsOf(limits));
}

async function createTlsServer(files: TlsFiles, limits: Limits) {
  const first = await readPair(files);
  const settings = { ...settingsOf(limits), ...contextOf(first), handshakeTimeout: limits.headersMs };
  return { server: process.getBuiltinModule('node:https').createServer(settings), files, first };
}

function answerRequests(server: Server, handle: Handler, connections: Connections): Pick<RunningServer, 'close'> {
  let ending: Promise<void> | undefined;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    // A connection whose request ran when the end began is idle only now.
    response.once('close', () => ending && server.closeIdleConnections());
    if (connections.book(request, response)) void handle(request, response);
  };
  server.on('request', answer);
  // Who asks before it sends a body is answered before it does.
  server.on('checkContinue', answer);
  return { close: (graceMs) => (ending ??= shutDown(server, graceMs)) };
}

async function shutDown(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** Connections that the kernel keeps until they are taken, as many as Linux allows: with 511, Node's own, a burst costs others a second. */
const BACKLOG = 4_096;

interface Address {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
}

async function listen(server: Server, { scheme, host, port }: Address): Promise<string> {
  server.listen({ port, host, backlog: BACKLOG });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${host}:${port} (${why}); choose another address or port.`, { cause });
  }
  const address = server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}
