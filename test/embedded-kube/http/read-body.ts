/** Reads a request's body as JSON, up to the API server's limit. */
import type { IncomingMessage } from 'node:http';
import { ApiFailure, badRequest } from '../objects/api-failure.ts';
import type { Json } from '../objects/json.ts';

const LIMIT_BYTES = 3 * 1024 * 1024;

/** The JSON body, or undefined when there is none; throws 400 on bad JSON and 413 past 3 MiB. */
export async function readBody(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type JSON): ${String(error)}`);
  }
}

function tooLarge(): ApiFailure {
  const message = `Request entity too large: limit is ${String(LIMIT_BYTES)}`;
  return new ApiFailure({ code: 413, reason: 'RequestEntityTooLarge', message });
}
