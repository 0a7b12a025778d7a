/** Receives one streamed answer chunk by chunk and gives up when the other side falls silent. */
import { readRefusal } from './body.ts';
import type { Connection } from '../connection/connection.ts';
import type { KubeResponse } from '../connection/sender.ts';
import type { BodyReader } from '../decode/decoder.ts';
import { KubeError, toKubeError } from '../kube-error.ts';
import type { Timers } from '../ports.ts';

/** One GET whose answer is streamed. */
export interface Reception {
  readonly connection: Connection;
  readonly timers: Timers;
  readonly path: string;
  readonly accept: string;
  /** Ends it from outside; also used from inside when the silence is too long. */
  readonly abort: AbortController;
  /** How long the body may be silent, in milliseconds; asked anew after each chunk. */
  readonly silenceMs: () => number;
  /** Gets the size of each chunk, before it is read. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

// An API server answers a list's or watch's headers at once, or it is stuck.
const ANSWER_LIMIT_MS = 30_000;

/**
 * Calls `open` with the content type once the server said 200, pushes each chunk into the reader that it made, and
 * answers what the reader's `end` does. Rejects with a KubeError that names the request: `Timeout` for silence,
 * `Network` for a cut, the server's refusal, or what `open` or the reader threw.
 */
export async function receive<End>(reception: Reception, open: (contentType: string) => BodyReader<End>): Promise<End> {
  const { connection, path, accept, abort } = reception;
  const what = `GET ${path.split('?')[0]}`;
  const silence = watchSilence(reception, what);
  let response: KubeResponse | undefined;
  try {
    silence.allow(ANSWER_LIMIT_MS);
    response = await connection.request({ path, headers: { Accept: accept }, signal: abort.signal });
    silence.allow(reception.silenceMs());
    if (response.status !== 200) throw await readRefusal(what, response);
    requirePlain(response);
    const reader = open(String(response.headers['content-type'] ?? ''));
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      reception.onBytes?.(chunk.length);
      reader.push(chunk);
      silence.allow(reception.silenceMs());
    }
    return reader.end();
  } catch (thrown) {
    const reason: unknown = abort.signal.aborted ? abort.signal.reason : thrown;
    throw withRequest(toKubeError(reason, what), what);
  } finally {
    silence.end();
    response?.body.destroy();
  }
}

function watchSilence({ timers, abort }: Reception, what: string): { allow(ms: number): void; end(): void } {
  let cancel = (): void => undefined;
  return {
    allow(ms) {
      cancel();
      cancel = timers.after(ms, () =>
        abort.abort(new KubeError('Timeout', `${what}: nothing heard for ${ms / 1000} s`)),
      );
    },
    end: () => cancel(),
  };
}

/** We ask for no compression: what comes compressed would be read as a watch that is open and says nothing. */
function requirePlain({ headers }: KubeResponse): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  const mend = 'let the proxy in between pass answers on as they are';
  throw new KubeError('Malformed', `the answer is compressed (${String(encoding)}), which nobody asked for: ${mend}`);
}

// Decoders do not know what was asked.
function withRequest(error: KubeError, what: string): KubeError {
  if (error.message.includes(what)) return error;
  return new KubeError(error.code, `${what}: ${error.message}`, { cause: error });
}
