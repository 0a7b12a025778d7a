/** The HTTP server: probes and scrapes on node:http ahead of express, limits, and an orderly end. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { Answers, HttpLog, Readiness } from './answers.ts';
import { answerHealth, answerReadiness } from './probes.ts';
import { refuseMethod, sendProblem } from './respond.ts';
import { answerScrape, type ScrapeSource } from './scrape.ts';

/** Bounds on what clients can hold, milliseconds and a count. */
export interface Limits {
  /** Until all headers have come. */
  readonly headersMs: number;
  /** Until the whole request has come. */
  readonly requestMs: number;
  /** For a connection on which nothing moves, such as a scraper that does not read. */
  readonly idleMs: number;
  /** Between two requests of a connection: longer than the usual scrape interval of 60 s. */
  readonly keepAliveMs: number;
  readonly connections: number;
}

const LIMITS: Limits = { headersMs: 10_000, requestMs: 15_000, idleMs: 60_000, keepAliveMs: 75_000, connections: 512 };

/** What the server needs; port 0 takes a free one, the host is 127.0.0.1 unless given. */
export interface ServerOptions {
  readonly listen: { readonly host?: string | undefined; readonly port: number };
  readonly answers: Answers;
  readonly scrape: ScrapeSource;
  readonly readiness: () => Readiness;
  readonly log: HttpLog;
  readonly limits?: Partial<Limits> | undefined;
}

/** A server that listens. `close` takes no more connections, lets running requests end within the grace, and may be called twice. */
export interface RunningServer {
  readonly url: string;
  close(graceMs: number): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const HEADERS: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
];

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** A client that went away in the middle is no fault of ours. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Ends a request whose handler threw: with a problem if nothing was sent, else by cutting it so that no half looks whole. */
function createFail(log: HttpLog): (error: unknown, response: ServerResponse) => void {
  return (error, response) => {
    if (isAbort(error)) return;
    log.error({ err: error, path: response.req.url }, 'a request failed');
    if (response.headersSent) response.destroy();
    else sendProblem(response, 500, 'The collector could not answer; its log says why.');
  };
}

/** On loopback only names of loopback are ours: another one is a web page whose name was bound to this address (DNS rebinding). */
function isForeign(boundTo: string | undefined, host: string | undefined): boolean {
  const ours = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
  const onLoopback = boundTo === undefined || ours.test(boundTo) || boundTo === '::1';
  return onLoopback && host !== undefined && !ours.test(host);
}

function forReading(handler: Handler): Handler {
  return (request, response) => (isRead(request) ? handler(request, response) : refuseMethod(response, request.method));
}

/** Most collectors are only scraped: express and what it brings along cost 30 ms of CPU and 3 MB, which the first call of the API pays. */
function createLateApi(answers: Answers, fail: ReturnType<typeof createFail>): Handler {
  let api: Promise<Handler> | undefined;
  return async (request, response) => {
    api ??= import('./api.ts').then(({ createApi }) => createApi(answers, fail));
    await (
      await api
    )(request, response);
  };
}

function createHandler({ answers, scrape, readiness, log, listen: { host } }: ServerOptions): Handler {
  const fail = createFail(log);
  const direct: ReadonlyMap<string | undefined, Handler> = new Map<string, Handler>([
    ['/metrics', forReading((request, response) => answerScrape(scrape, request, response))],
    ['/healthz', forReading(answerHealth)],
    ['/readyz', forReading((request, response) => answerReadiness(readiness(), request, response))],
  ]);
  const api = createLateApi(answers, fail);
  return async (request, response) => {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    if (isForeign(host, request.headers.host)) {
      return sendProblem(response, 421, 'This server listens on loopback; ask it by 127.0.0.1 or localhost.');
    }
    if (hasBody(request)) response.setHeader('Connection', 'close');
    if (hasBody(request) && isRead(request)) return sendProblem(response, 413, 'No request takes a body; send none.');
    const handler = direct.get(request.url?.split('?')[0]) ?? api;
    try {
      await handler(request, response);
    } catch (error) {
      fail(error, response);
    }
  };
}

function createLimitedServer(limits: Limits): Server {
  // Not `import`: the ES module facade of node:http costs 7 to 15 MB that nobody uses.
  const server = process.getBuiltinModule('node:http').createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, 5_000),
  });
  server.maxConnections = limits.connections;
  return server.setTimeout(limits.idleMs);
}

async function shutDown(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot listen on ${host}:${port} (${why}); choose another address or port.`, { cause });
  }
  const address = server.address();
  const bound = address !== null && typeof address === 'object' ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}

/** Starts the server; rejects with the address, the cause and the mend when it cannot listen. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createLimitedServer({ ...LIMITS, ...options.limits });
  const handle = createHandler(options);
  let ending: Promise<void> | undefined;
  server.on('request', (request, response) => {
    // A connection whose request ran when the end began is idle only now.
    response.once('close', () => ending && server.closeIdleConnections());
    void handle(request, response);
  });
  const url = await listen(server, options.listen.host ?? '127.0.0.1', options.listen.port);
  return { url, close: (graceMs) => (ending ??= shutDown(server, graceMs)) };
}
