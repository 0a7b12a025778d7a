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

/** Reads bodies of requests. Rejects only when the client goes away. */
export function createBodyReader(limits: BodyLimits): (...of: Exchange) => Promise<ReadBody> {
  const { one } = limits;
  const collect = createCollector(limits);
  return async (request, response) => {
    const encoding = encodingOf(request);
    if (encoding !== 'identity' && encoding !== 'gzip') {
      response.setHeader('Accept-Encoding', 'gzip');
      return { status: 415, fault: `The body is encoded as ${JSON.stringify(encoding)}; send it plain or as gzip.` };
    }
    const announced = Number(request.headers['content-length'] ?? 0);
    const isAsking = request.headers.expect !== undefined;
    if (announced > (isAsking ? one : LONGEST_DISCARDED)) return tooLarge(one);
    if (isAsking) response.writeContinue();
    const body = await collect(request);
    if (!Buffer.isBuffer(body)) return body;
    return encoding === 'gzip' ? unfold(body, one) : { text: body.toString() };
  };
}

function encodingOf({ headers }: IncomingMessage): string {
  return headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
}

function tooLarge(most: number): ReadBody {
  return { status: 413, fault: `The body is larger than ${most} bytes; send fewer items at once.` };
}

/** Collects what is sent, and counts what all that are being collected hold. */
function createCollector({ one, all }: BodyLimits): (request: IncomingMessage) => Promise<Buffer | ReadBody> {
  let held = 0;
  return async (request) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let kept = 0;
    try {
      // Whoever is refused in the middle must still be answered: its connection stays.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        // Who still sends when the connection ends never sees the answer: a little more than is taken is thrown away.
        if (size > LONGEST_DISCARDED) break;
        if (size > one) continue;
        kept += chunk.length;
        held += chunk.length;
        if (held > all) return { status: 429, fault: 'Too much is being read at once; send it again later.' };
        chunks.push(chunk);
      }
      return size > one ? tooLarge(one) : Buffer.concat(chunks);
    } finally {
      held -= kept;
    }
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
