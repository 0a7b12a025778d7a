/** Reads the body of a request within bounds: of its own size, of what it unfolds to, and of what all requests hold together. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

/** Bytes; `all` is what requests that are being read hold at once. */
export interface BodyLimits {
  readonly one: number;
  readonly all: number;
}

/** A body, or the status and the words by which the request is to be refused. */
export type ReadBody = { readonly text: string } | { readonly status: 400 | 413 | 415 | 429; readonly fault: string };

/** So much of a body that is too large is read and thrown away, bytes. */
const LONGEST_DISCARDED = 16 * 1024 * 1024;

/** Reads bodies of requests whose `Content-Length` was not looked at. Rejects only when the client goes away. */
export function createBodyReader({ one, all }: BodyLimits): (...of: Exchange) => Promise<ReadBody> {
  let held = 0;
  const tooLarge: ReadBody = { status: 413, fault: `The body is larger than ${one} bytes; send fewer items at once.` };
  const collect = async (request: IncomingMessage): Promise<Buffer | ReadBody> => {
    let chunks: Buffer[] = [];
    let size = 0;
    let kept = 0;
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > one) {
          // Who still sends when the connection ends never sees the answer.
          chunks = [];
          if (size > LONGEST_DISCARDED) return tooLarge;
          continue;
        }
        kept += chunk.length;
        held += chunk.length;
        if (held > all) return { status: 429, fault: 'Too much is being read at once; send it again later.' };
        chunks.push(chunk);
      }
      if (size > one) return tooLarge;
      return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
    } finally {
      held -= kept;
    }
  };
  return async (request, response) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip') {
      response.setHeader('Accept-Encoding', 'gzip');
      return { status: 415, fault: `The body is encoded as ${JSON.stringify(encoding)}; send it plain or as gzip.` };
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    const isAsking = request.headers.expect !== undefined;
    if (announced > LONGEST_DISCARDED || (isAsking && announced > one)) return tooLarge;
    if (isAsking) response.writeContinue();
    const body = await collect(request);
    if (!Buffer.isBuffer(body)) return body;
    return encoding === 'gzip' ? unfold(body, one) : { text: body.toString() };
  };
}

type Exchange = readonly [request: IncomingMessage, response: ServerResponse];

const inflate = promisify(gunzip);

async function unfold(body: Buffer, most: number): Promise<ReadBody> {
  try {
    const text = await inflate(body, { maxOutputLength: most });
    return { text: text.toString() };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge)
      return { status: 413, fault: `The body unfolds to more than ${most} bytes; send fewer items at once.` };
    return { status: 400, fault: 'The body is not gzip; send what its Content-Encoding says.' };
  }
}
