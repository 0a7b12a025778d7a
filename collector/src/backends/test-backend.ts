/** A server that stands for a backend: answers as a script says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A running server; whoever started it stops it. */
export interface TestBackend {
  readonly url: string;
  /** The questions so far, in order. */
  readonly asked: readonly {
    readonly path: string;
    readonly query: URLSearchParams;
    readonly request: IncomingMessage;
  }[];
  stop(): Promise<void>;
}

/** Starts it on a free port. */
export async function startTestBackend(
  script: (query: URLSearchParams, response: ServerResponse, path: string) => void,
): Promise<TestBackend> {
  const asked: { path: string; query: URLSearchParams; request: IncomingMessage }[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    asked.push({ path: pathname, query: searchParams, request });
    script(searchParams, response, pathname);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers a vector of node and value. */
export function answerVector(
  response: ServerResponse,
  values: readonly (readonly [node: string, value: number])[],
): void {
  const result = values.map(([node, value]) => ({ metric: { node }, value: [0, String(value)] }));
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
}
