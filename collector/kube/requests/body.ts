/** Reads the bodies of answers, never more than a bound, and turns refusals into errors. */
import type { KubeResponse } from '../connection/sender.ts';
import { MAX_FRAME_BYTES } from '../decode/decoder.ts';
import { isProtobuf } from '../decode/protobuf-decoder.ts';
import { readStatus } from '../decode/protobuf-status.ts';
import { errorFromStatus, KubeError, readField } from '../kube-error.ts';

/** The whole body; above MAX_FRAME_BYTES `Malformed`. A cut body rejects with node's error. */
export async function readBody({ body }: KubeResponse): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_FRAME_BYTES)
      throw new KubeError('Malformed', `an answer larger than ${MAX_FRAME_BYTES} bytes: list in pages`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The error that a status other than 2xx stands for; reads the body, which may be a Kubernetes Status. */
export async function readRefusal(request: string, response: KubeResponse): Promise<KubeError> {
  const retryAfter = response.headers['retry-after'];
  const contentType = String(response.headers['content-type'] ?? '');
  return errorFromStatus(request, {
    status: response.status,
    body: parseStatus(contentType, await readBody(response)),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
  });
}

function parseStatus(contentType: string, bytes: Buffer): unknown {
  try {
    if (isProtobuf(contentType)) return readStatus(bytes);
    const body: unknown = JSON.parse(bytes.toString());
    return typeof readField(body, 'message') === 'string' ? body : undefined;
  } catch {
    // A proxy's page, say: its status alone must do.
    return undefined;
  }
}
