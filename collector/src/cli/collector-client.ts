/** Talks to the API of a running collector: address, token, certificate authority, time limits, and errors that name the mend. */
import { readFile } from 'node:fs/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Problem } from '@rollcall/contract';
import type { Io } from './command.ts';

/** Where `rollcall serve` listens unless it is told otherwise. */
export const DEFAULT_SERVER = 'http://127.0.0.1:8090';

/** The flags that name a collector, for parseArgs. */
export const SERVER_OPTIONS = {
  'certificate-authority': { type: 'string' },
  server: { type: 'string' },
  'tls-server-name': { type: 'string' },
  'token-file': { type: 'string' },
} as const;

/** The same flags for a command's help; they stand in the order of the alphabet. */
export const SERVER_HELP = {
  certificateAuthority: `      --certificate-authority=''
                              PEM file of the authority that signed the collector's certificate
`,
  server: `      --server=''             ask this running collector, for example ${DEFAULT_SERVER}; default $ROLLCALL_SERVER
`,
  tlsServerName: `      --tls-server-name=''    the name in the certificate of --server, where that is not in its address
`,
  tokenFile: `      --token-file=''         file with the bearer token to show to --server
`,
};

/** The values of SERVER_OPTIONS. */
export interface ServerFlags {
  readonly server?: string | undefined;
  readonly 'tls-server-name'?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly 'certificate-authority'?: string | undefined;
}

/** A running collector. Errors name the server and the mend; a call may be repeated. */
export interface CollectorClient {
  readonly url: string;
  /** The document at a path; undefined where the server knows no such thing (404). */
  get(path: string): Promise<unknown>;
  /** Sends a document to a path; answers what comes back. */
  post(path: string, document: object): Promise<unknown>;
  /** The body of an endless answer, piece by piece, until the signal aborts or the server ends it. */
  open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<AsyncIterable<Buffer>>;
}

// A collector answers out of its memory.
const ANSWER_LIMIT_MS = 10_000;

/** The address that the flags or the environment name, '' for none. */
export function serverOf({ server }: ServerFlags, env: Io['env']): string {
  return server ?? env['ROLLCALL_SERVER'] ?? '';
}

/** What is wrong with an address, or with showing a token to it; undefined if nothing is. */
export function findServerFault(server: string, { 'token-file': token }: ServerFlags): string | undefined {
  const url = URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return `--server: "${server}" is no address; write for example ${DEFAULT_SERVER}`;
  }
  if (token !== undefined && url.protocol === 'http:' && !isLoopback(url)) {
    return `--token-file: "${server}" would get the token unencrypted; use https, or kubectl port-forward and ${DEFAULT_SERVER}`;
  }
  return undefined;
}

function isLoopback({ hostname }: URL): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
}

/** A client of a server without fault; nothing is sent yet. The files are read for each request, since tokens are renewed. */
export function createCollectorClient(server: string, flags: ServerFlags): CollectorClient {
  const url = server.replace(/\/+$/, '');
  const send = async (path: string, headers: Readonly<Record<string, string>>, rest: Sent) => {
    const name = flags['tls-server-name'];
    const options = {
      headers: { ...headers, ...(await readToken(flags)) },
      ...rest,
      ...(await readAuthority(flags)),
      ...(name !== undefined && { servername: name }),
    };
    return sendRequest(`${url}${path}`, options).catch((error: unknown) => {
      throw explainFailure(url, error);
    });
  };
  return {
    url,
    get: async (path) => {
      const response = await send(path, JSON_ONLY, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
      const body = await bodyOf(url, response);
      return response.statusCode === 404 ? undefined : parseAnswer(url, response, body);
    },
    post: async (path, document) => {
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const response = await send(path, JSON_HEADERS, { signal, body: JSON.stringify(document) });
      return parseAnswer(url, response, await bodyOf(url, response));
    },
    open: async (path, headers, signal) => {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(new DOMException('no answer', 'TimeoutError')), ANSWER_LIMIT_MS);
      try {
        const response = await send(path, headers, { signal: AbortSignal.any([signal, limit.signal]) });
        if (response.statusCode !== 200) throw refusal(url, response.statusCode ?? 0, await text(response));
        return response;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

const JSON_ONLY = { Accept: 'application/json' };
const JSON_HEADERS = { ...JSON_ONLY, 'Content-Type': 'application/json' };

function bodyOf(url: string, response: IncomingMessage): Promise<string> {
  return text(response).catch((error: unknown) => {
    throw explainFailure(url, error);
  });
}

function parseAnswer(url: string, { statusCode = 0 }: IncomingMessage, body: string): unknown {
  if (statusCode !== 200 && statusCode !== 201) throw refusal(url, statusCode, body);
  return parseJson(url, body);
}

/** What is sent beside headers; with a body it is a POST. */
interface Sent {
  readonly signal: AbortSignal;
  readonly body?: string;
}

interface RequestOptions extends Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: string;
  readonly servername?: string;
}

function sendRequest(url: string, { body, ...rest }: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { ...rest, method: body === undefined ? 'GET' : 'POST' };
    const request = url.startsWith('https:') ? requestHttps(url, options) : requestHttp(url, options);
    request.on('response', resolve).on('error', reject).end(body);
  });
}

async function readToken({ 'token-file': path }: ServerFlags): Promise<{ readonly Authorization?: string }> {
  return path === undefined ? {} : { Authorization: `Bearer ${(await readNamed('--token-file', path)).trim()}` };
}

async function readAuthority({ 'certificate-authority': path }: ServerFlags): Promise<{ readonly ca?: string }> {
  return path === undefined ? {} : { ca: await readNamed('--certificate-authority', path) };
}

function readNamed(flag: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`${flag}: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  });
}

const MENDS: readonly (readonly [RegExp, string])[] = [
  [
    /ECONNREFUSED/,
    "nothing listens there; start 'rollcall serve', or reach the one in a cluster: kubectl port-forward -n rollcall-system service/rollcall 8090",
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host; check --server'],
  [
    /ALTNAME/,
    'its certificate is for another name; say for which with --tls-server-name, for example rollcall.rollcall-system.svc',
  ],
  [/CERT|SELF_SIGNED|UNABLE_TO_/, 'its certificate is not trusted; name its authority with --certificate-authority'],
  [/WRONG_VERSION_NUMBER|EPROTO/, 'it does not speak TLS; write http:// instead of https://'],
  [/Timeout|ETIMEDOUT/, `no answer within ${ANSWER_LIMIT_MS / 1000} s; look at its log and its /readyz`],
];

function explainFailure(url: string, error: unknown): Error {
  const { code = '', name = '', message = String(error) } = error as { code?: string; name?: string; message?: string };
  if (name === 'AbortError') return error as Error;
  const mend = MENDS.find(([pattern]) => pattern.test(`${code} ${name}`))?.[1] ?? message;
  return new Error(`cannot ask ${url}: ${mend}`, { cause: error });
}

const REFUSALS: Readonly<Record<number, string>> = {
  401: ' Show it a token: --token-file FILE, with what `kubectl create token` prints.',
};

function refusal(url: string, status: number, body: string): Error {
  const problem = parseProblem(body);
  const detail = problem?.detail ?? body.slice(0, 200).trim();
  return new Error(`${url} answers ${status}${detail === '' ? '.' : `: ${detail}`}${REFUSALS[status] ?? ''}`);
}

function parseProblem(body: string): Partial<Problem> | undefined {
  try {
    return Object(JSON.parse(body)) as Partial<Problem>;
  } catch {
    return undefined;
  }
}

function parseJson(url: string, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new Error(`${url} answers what is no JSON; is it a Rollcall collector?`, { cause: error });
  }
}
