/** Asks one backend of telemetry over HTTP: bounded in time and size, with credentials from files. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { Timers } from '@rollcall/kube';
import { BackendError, refusal, toBackendError } from './backend-error.ts';

/** How a server is reached; `url` has no trailing slash. */
interface Reach {
  readonly url: string;
  readonly tokenFile?: string | undefined;
  readonly caFile?: string | undefined;
  readonly tenant?: string | undefined;
}

/** A backend, and how it is reached. */
export interface BackendConfig extends Reach {
  readonly name: string;
  readonly type: 'prometheus' | 'loki';
}

/** An open backend. */
export interface Backend {
  readonly config: BackendConfig;
  /** GETs a path below the URL and answers the JSON. Rejects with a BackendError; as many as are asked at once go out one after another. */
  ask(path: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/** Sends requests, one after another. */
export interface Sender {
  /** Sends one below the URL and answers the JSON, undefined where there is none. Rejects with a BackendError. */
  send(request: BackendRequest, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/** A request that may change something. */
export interface BackendRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** So long an answer may take. */
const TIMEOUT_MS = 10_000;
/** So long an answer may be: some 100,000 nodes with a value each. */
const LONGEST_BYTES = 16 << 20;

/** Opens no socket before the first question. */
export function openBackend(config: BackendConfig, timers: Timers): Backend {
  const { send: sendIt, close } = openSender(config, timers);
  return {
    config,
    ask: (path, parameters, signal) =>
      sendIt({ method: 'GET', path: `${path}?${new URLSearchParams(parameters).toString()}` }, signal),
    close,
  };
}

/** The same for requests of any kind. */
export function openSender(config: Reach, timers: Timers): Sender {
  const transport = process.getBuiltinModule(config.url.startsWith('https:') ? 'node:https' : 'node:http');
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 1 });
  let last: Promise<unknown> = Promise.resolve();
  const askNow = async ({ method, path, body }: BackendRequest, signal: AbortSignal): Promise<unknown> => {
    const late = new AbortController();
    const cancel = timers.after(TIMEOUT_MS, () => late.abort());
    try {
      signal.throwIfAborted();
      const secrets = await readSecrets(config);
      const both = AbortSignal.any([signal, late.signal]);
      const json = { ...secrets.headers, 'Content-Type': 'application/json' };
      const options = { method, agent, signal: both, ...secrets, ...(body && { headers: json }) };
      const response = await send(transport.request(config.url + path, options), body);
      const text = await readText(response);
      const { statusCode = 0, headers } = response;
      if (statusCode < 200 || statusCode > 299) throw refusal(statusCode, text, headers['retry-after']);
      return text === '' && method !== 'GET' ? undefined : parse(text);
    } catch (thrown) {
      if (late.signal.aborted) throw new BackendError('Timeout', `no answer within ${TIMEOUT_MS / 1000} s`);
      throw toBackendError(thrown);
    } finally {
      cancel();
    }
  };
  return {
    send: (request, signal) => {
      const answer = last.then(() => askNow(request, signal));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

interface Secrets {
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: string;
}

/** Anew for each question: projected tokens change every hour, and a file is cheap. */
async function readSecrets({ tokenFile, caFile, tenant }: Reach): Promise<Secrets> {
  const token = tokenFile && (await readSecret(tokenFile, 'token-file')).trim();
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new BackendError('Credentials', `token-file ${tokenFile} holds no single line of plain characters`);
  const ca = caFile && (await readSecret(caFile, 'ca-file'));
  return {
    headers: {
      Accept: 'application/json',
      'Accept-Encoding': 'identity',
      'User-Agent': 'rollcall',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(tenant !== undefined && { 'X-Scope-OrgID': tenant }),
    },
    ...(ca !== undefined && { ca }),
  };
}

async function readSecret(path: string, option: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BackendError('Credentials', `${option} ${path} cannot be read: ${why}`, { cause });
  }
}

function send(request: ClientRequest, body?: object): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on('response', resolve);
  request.on('error', reject);
  request.end(body && JSON.stringify(body));
  return promise;
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LONGEST_BYTES) {
      response.destroy();
      throw new BackendError('TooLarge', `the answer is longer than ${LONGEST_BYTES >> 20} MiB`);
    }
    parts.push(part);
  }
  if (!response.complete) throw new BackendError('Unreachable', 'the connection ended within the answer');
  return Buffer.concat(parts).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BackendError('Malformed', 'the answer is not JSON', { cause });
  }
}
