/** An HTTP server on 127.0.0.1 that answers as a test tells it, and a connection to it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Spans } from '@rollcall/contract';
import { loadConnection, type Connection } from './connection/connection.ts';
import type { FakeTime } from './test-time.ts';

/** One request as the script sees it. */
export interface Exchange {
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** 0 for the first request. */
  readonly index: number;
}

/** A running server; `exchanges` are all requests so far. */
export interface ScriptedServer {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  stop(): Promise<void>;
}

/** Starts a server that calls `script` for each request; `server` may be a TLS one. */
export async function startServer(
  script: (exchange: Exchange) => void,
  server: Server = createServer(),
): Promise<ScriptedServer> {
  const exchanges: Exchange[] = [];
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const exchange = { url: new URL(request.url ?? '/', 'http://server'), request, response, index: exchanges.length };
    exchanges.push(exchange);
    script(exchange);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exchanges,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A connection by `--server` alone. */
export function connectTo(server: Pick<ScriptedServer, 'url'>, time: FakeTime, spans?: Spans): Promise<Connection> {
  const readFile = (): Promise<string> => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  return loadConnection({ server: server.url, env: {}, readFile, clock: time, timers: time, version: '0.1.0', spans });
}

/** Answers with a JSON document; set headers on the response before. */
export function answerJson({ response }: Exchange, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Answers with a Kubernetes Status. */
export function answerStatus(exchange: Exchange, code: number, message: string): void {
  answerJson(exchange, code, { kind: 'Status', status: 'Failure', code, message, reason: 'Test' });
}

/** Begins a watch's answer; call the result with each event. */
export function openWatch({ response }: Exchange): (type: string, object: unknown) => void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  return (type, object) => response.write(`${JSON.stringify({ type, object })}\n`);
}
