/** Sends requests to one server over node:http or node:https with one pool of kept-alive sockets. */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { KubeError, toKubeError } from '../kube-error.ts';
import type { Target } from './target.ts';

/** One request. `path` begins with `/` and holds the query too. */
export interface KubeRequest {
  readonly path: string;
  /** GET if absent. */
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** Ends the request and its answer's body; the reason becomes the error if it is a KubeError. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. The body must be read to its end or destroyed. */
export interface KubeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Readable;
}

/** What proves who sends a request. */
export interface Secrets {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

// With libuv's probes (10, a second apart) a dead peer is found within the 30 s of the model's stale rule.
const TCP_KEEPALIVE_MS = 15_000;

/** Opens a way to the server on which HTTP can be spoken; TCP is one. */
export type Dial = () => Duplex;

/** A pool of sockets to one server. */
export interface Sender {
  /** As Connection.request, but with the given secrets and whatever status comes. */
  send(request: KubeRequest, secrets: Secrets): Promise<KubeResponse>;
  close(): void;
}

/** Opens no socket before the first request; by `dial` if it is given. */
export function createSender(target: Target, userAgent: string, dial?: Dial): Sender {
  const { server } = target;
  // Not by `import`: the ESM face of node:http evaluates the lazily loaded undici, 15 MB and 100 ms for nothing.
  const transport = process.getBuiltinModule(server.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = new transport.Agent(describePool(target.proxy));
  if (dial !== undefined) agent.createConnection = dial;
  const fixed: RequestOptions = { ...describeServer(target), agent };
  let closed = false;
  return {
    async send(asked, secrets) {
      const what = `${asked.method ?? 'GET'} ${asked.path.split('?')[0]}`;
      if (closed) throw new KubeError('Network', `${what}: the connection is closed`);
      const headers = { ...secrets.headers, ...asked.headers, 'User-Agent': userAgent, 'Accept-Encoding': 'identity' };
      const path = server.pathname.replace(/\/$/, '') + asked.path;
      const { signal, method } = asked;
      try {
        const options = { ...fixed, ...secrets.tls, method: method ?? 'GET', path, headers, ...(signal && { signal }) };
        const response = await exchange(transport.request(options), asked.body);
        return { status: response.statusCode ?? 0, headers: response.headers, body: response };
      } catch (thrown) {
        throw toKubeError(signal?.aborted ? signal.reason : thrown, what);
      }
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}

function exchange(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on('response', resolve);
  // Errors after the answer began reach the reader of its body; this one then settles nothing.
  request.on('error', reject);
  request.on('socket', (socket) => socket.setKeepAlive(true, TCP_KEEPALIVE_MS));
  request.end(body);
  return promise;
}

function describePool(proxy: string | undefined): AgentOptions {
  return { keepAlive: true, ...(proxy !== undefined && { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }) };
}

function describeServer({ server, insecure, serverName }: Target): RequestOptions & { servername?: string } {
  return {
    hostname: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port,
    ...(insecure && { rejectUnauthorized: false }),
    ...(serverName !== undefined && { servername: serverName }),
  };
}
