/** Answers over HTTP: JSON bodies, refusals, and lists that are streamed in chunks. */
import type { ServerResponse } from 'node:http';
import { ApiFailure } from '../objects/api-failure.ts';
import type { ListPage } from '../objects/list-query.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-type.ts';
import { wireObject, type WireFormat, type WireObject } from '../objects/wire-object.ts';
import { encodeList, PROTOBUF, wrapMessage } from '../protobuf/frame.ts';

const CHUNK_CHARACTERS = 256 * 1024;

/** Sends a JSON text. */
export function sendJson(response: ServerResponse, code: number, json: string): void {
  response.writeHead(code, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
  response.end(json);
}

/** Sends an object in that format. */
export function sendObject(response: ServerResponse, format: WireFormat, object: WireObject): void {
  if (format === 'json') sendJson(response, 200, object.json());
  else sendProtobuf(response, 200, wrapMessage(object.kindOf, object.message()));
}

function sendProtobuf(response: ServerResponse, code: number, bytes: Buffer): void {
  response.writeHead(code, { 'content-type': PROTOBUF, 'content-length': bytes.length });
  response.end(bytes);
}

/** Sends what a handler threw: a Status as it is, anything else as 500 InternalError. */
export function sendFailure(response: ServerResponse, error: unknown, format: WireFormat = 'json'): void {
  const failure = error instanceof ApiFailure ? error : internalError(error);
  if (response.headersSent) return void response.destroy();
  const { retryAfterSeconds } = failure.status.details ?? {};
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
  const { status } = failure;
  if (format === 'json') sendJson(response, status.code, JSON.stringify(status));
  else sendProtobuf(response, status.code, wrapMessage(status, wireObject(status).message()));
}

function internalError(error: unknown): ApiFailure {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ApiFailure({ code: 500, reason: 'InternalError', message: `Internal error occurred: ${text}` });
}

/** Sends the answer to a path that nothing serves: a Status in a group that is served (or the core one), else plain text. */
export function sendNoSuchPath(response: ServerResponse, inServedGroup: boolean): void {
  if (inServedGroup) {
    const message = 'the server could not find the requested resource';
    sendFailure(response, new ApiFailure({ code: 404, reason: 'NotFound', message, details: {} }));
    return;
  }
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('404 page not found\n');
}

/** Streams a list page; waits for a slow client between chunks. */
export async function sendList(
  response: ServerResponse,
  { type, format }: { readonly type: ResourceType; readonly format: WireFormat },
  page: ListPage,
): Promise<void> {
  const apiVersion = apiVersionOf(type);
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.continue !== undefined && { continue: page.continue }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
  const kind = `${type.kind}List`;
  if (format === 'protobuf') {
    const items = page.versions.map((version) => version.message());
    return sendProtobuf(response, 200, wrapMessage({ kind, apiVersion }, encodeList(metadata, items)));
  }
  const head = JSON.stringify({ kind, apiVersion, metadata });
  // Items of built-in lists carry no kind and apiVersion; those of custom resources do.
  const skip = type.custom ? 1 : JSON.stringify({ kind: type.kind, apiVersion }).length;
  response.writeHead(200, { 'content-type': 'application/json' });
  let text = `${head.slice(0, -1)},"items":[`;
  for (const [index, version] of page.versions.entries()) {
    text += `${index === 0 ? '' : ','}{${version.json().slice(skip)}`;
    if (text.length < CHUNK_CHARACTERS) continue;
    if (!response.write(text) && !(await drained(response))) return;
    text = '';
  }
  response.end(`${text}]}`);
}

/** True once the client has taken what was written, false when it has gone. */
function drained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle);
      resolve(!response.destroyed);
    };
    response.on('drain', settle).on('close', settle);
  });
}
