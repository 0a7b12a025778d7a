/** The port through which conformance cases see an API server, and a client that fills it over HTTP or HTTPS. */
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createInterface } from 'node:readline';
import type { Json } from '../objects/json.ts';

/** An answer; the body is parsed when it is JSON, else text. Header names are in lower case. */
export type ApiAnswer = {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/** One line of a watch. */
export type WatchEvent = { readonly type: string; readonly object: Json };

/** An open watch; iterating ends when the server ends it or after `close`. */
export type ApiWatch = AsyncIterableIterator<WatchEvent> & { close(): void };

/** Body and headers of a request; a body is sent as JSON unless a content-type says otherwise. */
export type ApiRequest = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** The API server that is tested. */
export type ApiUnderTest = {
  request(method: string, path: string, options?: ApiRequest): Promise<ApiAnswer>;
  /** Opens a watch (the path has `watch=1`); throws when it is not answered with 200. */
  watch(path: string): Promise<ApiWatch>;
  /** Makes every resourceVersion before now expire; absent where that cannot be brought about. */
  compact?(): Promise<void>;
};

/** How to reach an API server: `tls` and `token` as a kubeconfig has them. */
export type ApiAddress = {
  readonly url: string;
  readonly token?: string;
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
};

/** A client for the API server at an address. */
export function connectApi(address: ApiAddress): ApiUnderTest {
  return {
    async request(method, path, options = {}) {
      const response = await send(address, { method, path, ...options });
      const text = await readText(response);
      const isJson = text !== '' && (response.headers['content-type']?.startsWith('application/json') ?? false);
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: isJson ? (JSON.parse(text) as Json) : text,
      };
    },
    async watch(path) {
      const response = await send(address, { method: 'GET', path });
      if (response.statusCode === 200) return openWatch(response);
      throw new Error(`GET ${path} answered ${String(response.statusCode)}: ${await readText(response)}`);
    },
  };
}

type Call = ApiRequest & { readonly method: string; readonly path: string };

function send(address: ApiAddress, { method, path, body, headers }: Call): Promise<IncomingMessage> {
  const url = new URL(path, address.url);
  const json = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    method,
    ...address.tls,
    headers: {
      ...(json !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) }),
      ...(address.token !== undefined && { authorization: `Bearer ${address.token}` }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const call: ClientRequest = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    call.on('response', resolve).on('error', reject).end(json);
  });
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function openWatch(response: IncomingMessage): ApiWatch {
  const events = readEvents(response);
  return Object.assign(events, { close: () => void response.destroy() });
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<WatchEvent, undefined> {
  try {
    for await (const line of createInterface({ input: response })) yield JSON.parse(line) as WatchEvent;
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}
