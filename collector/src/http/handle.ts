/** The way of one request: refused if it is too much or not permitted, else to its route. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answers, HttpLog, Readiness } from './answers.ts';
import { admit, type Authorise } from './authorise.ts';
import { addsExclusion, createExclusions } from './exclusions.ts';
import type { Limits } from './limits.ts';
import { answerHealth, answerReadiness } from './probes.ts';
import { refuseMethod, sendProblem } from './respond.ts';
import { createReports, type Intake } from './reports.ts';
import { isOpen, takesReports, type DirectPath } from './routes.ts';
import { answerScrape, type ScrapeSource } from './scrape.ts';
import type { Stream } from './stream.ts';
import { createTurns } from './take-turns.ts';

/** What requests are answered from. */
export interface HandlerOptions {
  /** The address that is bound: on loopback only names of loopback are ours. */
  readonly host: string;
  readonly answers: Answers;
  readonly scrape: ScrapeSource;
  readonly readiness: () => Readiness;
  /** Who takes what agents report. */
  readonly intake: Intake;
  /** Told of each request of an agent that has proven who it is. */
  readonly vouch: (request: IncomingMessage) => void;
  /** Closed with the server. */
  readonly stream: Pick<Stream, 'answer' | 'close'>;
  /** Who may ask; absent: everybody who reaches the address. */
  readonly authorise?: Authorise | undefined;
  readonly log: HttpLog;
}

/** Answers a request; never rejects. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const HEADERS: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
];

/** Answers everything. */
export function createHandler(options: HandlerOptions, limits: Limits): Handler {
  const fail = createFail(options.log);
  const refuse = createRefusal(options.host, limits);
  const enter = createEntrance(options.authorise, limits);
  const route = createRouter(options, fail);
  const answerReports = createReports(options, limits);
  const exclude = createExclusions(options.answers, options.authorise);
  return async (request, response) => {
    for (const [name, value] of HEADERS) response.setHeader(name, value);
    const [path = ''] = (request.url ?? '').split('?');
    try {
      if (refuse(request, response)) return;
      if (takesReports(path)) return await answerReports(path, request, response);
      const isIn = isOpen(path) || (await enter(request, response));
      if (isIn) await (addsExclusion(request) ? exclude : route(path))(request, response);
    } catch (error) {
      fail(error, response);
    }
  };
}

/** A client that went away in the middle, of its request or of our answer, is no fault of ours. */
function isAbort(error: unknown, { complete, errored }: IncomingMessage): boolean {
  if (!complete && errored === error) return true;
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

type Fail = (error: unknown, response: ServerResponse) => void;

/** Ends a request whose handler threw: with a problem if nothing was sent, else by cutting it so that no half looks whole. */
function createFail(log: HttpLog): Fail {
  return (error, response) => {
    if (isAbort(error, response.req)) return;
    log.error({ err: error, path: response.req.url }, 'a request failed');
    if (response.headersSent) response.destroy();
    else sendProblem(response, 500, 'The collector could not answer; its log says why.');
  };
}

/** Refuses, before anybody is asked, what no client of ours sends. */
function createRefusal(host: string, { urlBytes }: Limits): (...of: Parameters<Handler>) => boolean {
  return (request, response) => {
    if ((request.url ?? '').length > urlBytes) {
      sendProblem(response, 414, `The path and query are longer than ${urlBytes} bytes; shorten them.`);
    } else if (isForeign(host, request.headers.host)) {
      sendProblem(response, 421, 'This server listens on loopback; ask it by 127.0.0.1 or localhost.');
    } else if (hasBody(request) && !takesBody(request)) {
      // Not read: what is still coming ends with the connection.
      response.setHeader('Connection', 'close');
      sendProblem(response, 413, 'Only reports of agents and exclusions have a body; send none.');
    }
    return response.writableEnded;
  };
}

function takesBody(request: IncomingMessage): boolean {
  return addsExclusion(request) || takesReports((request.url ?? '').split('?')[0] ?? '');
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** On loopback only names of loopback are ours: another one is a web page whose name was bound to this address (DNS rebinding). */
function isForeign(boundTo: string, host: string | undefined): boolean {
  const ours = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
  const onLoopback = ours.test(boundTo) || boundTo === '::1';
  return onLoopback && host !== undefined && !ours.test(host);
}

/** Lets a request in when its turn comes and it is permitted; else it is answered. */
function createEntrance(
  authorise: Authorise | undefined,
  { requests }: Limits,
): (...of: Parameters<Handler>) => Promise<boolean> {
  const takeTurn = createTurns();
  const inside = { scrapes: 0, streams: 0, others: 0 };
  return async (request, response) => {
    const kind = kindOf(request);
    if (inside[kind] >= requests[kind]) {
      response.setHeader('Retry-After', 1);
      response.setHeader('Connection', 'close');
      sendProblem(response, 503, `${requests[kind]} such requests are being answered already; try again in a second.`);
      return false;
    }
    inside[kind] += 1;
    response.once('close', () => (inside[kind] -= 1));
    await takeTurn(kind === 'scrapes');
    const isIn = authorise === undefined || (await admit(authorise, request, response));
    // Who left meanwhile closes no more: a stream would keep it for ever among its clients.
    return isIn && !response.closed;
  };
}

function kindOf({ url = '' }: IncomingMessage): keyof Limits['requests'] {
  const [path] = url.split('?');
  if (path === ('/metrics' satisfies DirectPath)) return 'scrapes';
  return path === ('/api/v1/stream' satisfies DirectPath) ? 'streams' : 'others';
}

function createRouter({ answers, scrape, readiness, stream }: HandlerOptions, fail: Fail): (path: string) => Handler {
  const direct: Readonly<Record<DirectPath, Handler>> = {
    '/metrics': forReading((request, response) => answerScrape(scrape, request, response)),
    '/healthz': forReading(answerHealth),
    '/api/v1/stream': forReading(stream.answer),
    '/readyz': forReading((request, response) => answerReadiness(readiness(), request, response)),
  };
  const byPath = new Map<string, Handler>(Object.entries(direct));
  const api = createLateApi(answers, fail);
  return (path) => byPath.get(path) ?? api;
}

function forReading(handler: Handler): Handler {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') return handler(request, response);
    refuseMethod(response, request.method);
  };
}

/** Most collectors are only scraped: express and what it brings along cost 30 ms of CPU and 3 MB, which the first call of the API pays. */
function createLateApi(answers: Answers, fail: Fail): Handler {
  let api: Promise<Handler> | undefined;
  return async (request, response) => {
    api ??= import('./api.ts').then(({ createApi }) => createApi(answers, fail));
    await (
      await api
    )(request, response);
  };
}
