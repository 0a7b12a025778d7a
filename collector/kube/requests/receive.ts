/** Receives one streamed answer chunk by chunk and gives up when the other side falls silent. */
import { readRefusal } from './body.ts';
import type { Connection } from '../connection/connection.ts';
import type { KubeResponse } from '../connection/sender.ts';
import type { BodyReader } from '../decode/decoder.ts';
import { KubeError, toKubeError } from '../kube-error.ts';

/** One GET whose answer is streamed. */
export interface Reception {
  readonly connection: Connection;
  readonly path: string;
  readonly accept: string;
  /** Ends it from outside; also used from inside when the silence is too long. */
  readonly abort: AbortController;
  /** How long the body may be silent, in milliseconds; asked anew now and then. */
  readonly silenceMs: () => number;
  /** Gets the size of each chunk, before it is read. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

// An API server answers a list's or watch's headers at once, or it is stuck.
const ANSWER_LIMIT_MS = 30_000;
// Data may arrive faster than they are read; after so much work on them others get their turn.
const STRETCH_MS = 5;

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
    silence.allow(() => ANSWER_LIMIT_MS);
    response = await connection.request({ path, headers: { Accept: accept }, signal: abort.signal });
    silence.allow(reception.silenceMs);
    if (response.status !== 200) throw await readRefusal(what, response);
    requirePlain(response);
    const reader = open(String(response.headers['content-type'] ?? ''));
    await pump(response, connection.clock, (chunk) => {
      silence.heard();
      reception.onBytes?.(chunk.length);
      reader.push(chunk);
    });
    return reader.end();
  } catch (thrown) {
    const reason: unknown = abort.signal.aborted ? abort.signal.reason : thrown;
    throw withRequest(toKubeError(reason, what), what);
  } finally {
    silence.end();
    response?.body.destroy();
  }
}

/** Hands the chunks of a body over, with a turn of the event loop after any that it took long to work on; the socket waits meanwhile. */
async function pump({ body }: KubeResponse, clock: Connection['clock'], push: (chunk: Buffer) => void): Promise<void> {
  let workedMs = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const startMs = clock.monoMs();
    push(chunk);
    workedMs += clock.monoMs() - startMs;
    if (workedMs < STRETCH_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    workedMs = 0;
  }
}

/** Aborts after a silence. One timer looks now and then when something was last heard: to set one at each chunk would cost more. */
function watchSilence({ connection, abort }: Reception, what: string) {
  const { timers, clock } = connection;
  let heardMs = 0;
  let limitMs = (): number => 0;
  let cancel = (): void => undefined;
  const look = (): void => {
    const allowedMs = limitMs();
    const leftMs = heardMs + allowedMs - clock.monoMs();
    if (leftMs > 0) cancel = timers.after(leftMs, look);
    else abort.abort(new KubeError('Timeout', `${what}: nothing heard for ${allowedMs / 1000} s`));
  };
  const heard = (): void => {
    heardMs = clock.monoMs();
  };
  return {
    heard,
    /** From now on so much is allowed; asked at each look. */
    allow(limit: () => number): void {
      limitMs = limit;
      cancel();
      heard();
      look();
    },
    end: (): void => cancel(),
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
