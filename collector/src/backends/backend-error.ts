/** What went wrong with a backend of telemetry. */

/** The codes, each with its mend in `connection-condition.ts`. */
export type BackendErrorCode =
  | 'Credentials'
  | 'Unreachable'
  | 'Timeout'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'TooManyRequests'
  | 'Unavailable'
  | 'BadQuery'
  | 'TooLarge'
  | 'Malformed';

/** `retryAfterMs` is what the backend asked to be left alone for, 0 if it did not. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly code: BackendErrorCode;
  readonly retryAfterMs: number;

  constructor(
    code: BackendErrorCode,
    message: string,
    options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }
}

/** Unknown is converted once, at the edge. */
export function toBackendError(thrown: unknown): BackendError {
  if (thrown instanceof BackendError) return thrown;
  return new BackendError('Unreachable', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

const CODES: Readonly<Record<number, BackendErrorCode>> = {
  400: 'BadQuery',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  413: 'TooLarge',
  422: 'BadQuery',
  429: 'TooManyRequests',
};

const LONGEST_TEXT = 300;

/** An answer that is no answer, in the backend's own words. */
export function refusal(status: number, text: string, retryAfter: string | undefined): BackendError {
  const code = CODES[status] ?? (status >= 500 ? 'Unavailable' : 'Malformed');
  const seconds = Number(retryAfter);
  const retryAfterMs = seconds > 0 ? Math.min(seconds, 300) * 1000 : 0;
  return new BackendError(code, `HTTP ${status}: ${wordsOf(text) || 'no words'}`, { retryAfterMs });
}

/** Prometheus answers JSON with `error`, Loki plain text, a proxy in front of them a page. */
function wordsOf(text: string): string {
  let words = text;
  try {
    const { error } = Object(JSON.parse(text)) as { readonly error?: unknown };
    if (typeof error === 'string') words = error;
  } catch {
    // Plain text, then.
  }
  const line = words.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}...` : line;
}
