/** The port through which conformance cases see an API server, and a client that fills it over HTTP or HTTPS. */
import { request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createInterface } from 'node:readline';
import type { Json } from '../objects/json.ts';
import { decodeEnvelope, decodeFrames } from '../protobuf/decode-object.ts';
import { PROTOBUF } from '../protobuf/frame.ts';

/** An answer; the body is parsed when it is JSON or protobuf (Go's zeros are there then), else text. Header names are in lower case. */
export type ApiAnswer = {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
};

/** One line of a watch. */
export type WatchEvent = { readonly type: string; readonly object: Json };

/** An open watch in JSON or protobuf; iterating ends when the server ends it or after `close`. */
export type ApiWatch = AsyncIterableIterator<WatchEvent> & { readonly contentType: string; close(): void };

/** Body and headers of a request; a body is sent as JSON unless a content-type says otherwise. */
export type ApiRequest = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** The API server that is tested. */
export type ApiUnderTest = {
  request(method: string, path: string, options?: ApiRequest): Promise<ApiAnswer>;
  /** Opens a watch (the path has `watch=1`); throws when it is not answered with 200. */
  watch(path: string, accept?: string): Promise<ApiWatch>;
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
      const body = readBody(typeOf(response), await readBytes(response));
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    },
    async watch(path, accept = '*/*') {
      const response = await send(address, { method: 'GET', path, headers: { accept } });
      if (response.statusCode === 200) return openWatch(response);
      throw new Error(`GET ${path} answered ${String(response.statusCode)}: ${(await readBytes(response)).toString()}`);
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

function typeOf(response: IncomingMessage): string {
  return response.headers['content-type'] ?? '';
}

function readBody(contentType: string, bytes: Buffer): Json {
  if (contentType.startsWith(PROTOBUF)) return decodeEnvelope(bytes);
  const isJson = bytes.length > 0 && contentType.startsWith('application/json');
  return isJson ? (JSON.parse(bytes.toString()) as Json) : bytes.toString();
}

async function readBytes(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function openWatch(response: IncomingMessage): ApiWatch {
  const contentType = typeOf(response);
  const events = readEvents(response, contentType.startsWith(PROTOBUF) ? readFrames : readLines);
  return Object.assign(events, { contentType, close: () => void response.destroy() });
}

async function* readEvents(
  response: IncomingMessage,
  read: (response: IncomingMessage) => AsyncIterable<WatchEvent>,
): AsyncGenerator<WatchEvent, undefined> {
  try {
    yield* read(response);
  } catch (error) {
    if (!response.destroyed) throw error;
  }
}

async function* readLines(response: IncomingMessage): AsyncGenerator<WatchEvent, undefined> {
  for await (const line of createInterface({ input: response })) yield JSON.parse(line) as WatchEvent;
}

async function* readFrames(response: IncomingMessage): AsyncGenerator<WatchEvent, undefined> {
  let left = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const { events, rest } = decodeFrames(Buffer.concat([left, chunk]));
    left = Buffer.from(rest);
    yield* events;
  }
}
