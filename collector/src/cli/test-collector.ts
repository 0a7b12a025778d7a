/** A server that stands for a running collector: answers as a script says, over HTTP or TLS. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { NodeAnswer, PolicySummary, StreamMessage } from '@rollcall/contract';

/** One request and its answer. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void;

/** A running server; whoever started it stops it. */
export interface TestCollector {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startTestCollector(
  script: Script,
  tls?: { readonly cert: string; readonly key: string },
): Promise<TestCollector> {
  const requests: IncomingMessage[] = [];
  const listener: Script = (request, response) => {
    requests.push(request);
    script(request, response);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers JSON. */
export function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** One message of the stream as text. */
export function streamText(id: string, { event, ...data }: StreamMessage): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A policy `agents/<daemonset>` that expects 3 nodes, of which that many are covered. */
export function summaryOf(daemonset: string, covered: number): PolicySummary {
  return {
    namespace: 'agents',
    daemonset,
    policy: { uid: `uid-${daemonset}`, name: daemonset, namespace: 'agents', origin: 'API' },
    denominator: 'inferred',
    counts: {
      expected: 3,
      covered,
      uncovered: 3 - covered,
      unobserved: 0,
      excused: 0,
      current: covered,
      eligible: 3,
      stray: 0,
      excluded: 0,
    },
    coverage: covered / 3,
    worstReason: covered === 3 ? null : 'CrashLoop',
    conditions: [],
    purpose: '',
    team: '',
    contact: '',
  };
}

/** A covered node in the pool `none`, or as the changes say. */
export function nodeOf(node: string, changes: Partial<NodeAnswer> = {}): NodeAnswer {
  return {
    node,
    pool: 'none',
    inScope: true,
    eligible: true,
    state: 'covered',
    reason: null,
    owner: null,
    message: '',
    since: '2026-01-01T00:00:00.000Z',
    retryAt: null,
    findings: [],
    pod: null,
    daemon: null,
    heartbeat: null,
    ...changes,
  };
}
