/** The one error of this package: a closed list of codes, the words of the server's Status, the cause kept. */

/**
 * What went wrong. `Config`: a kubeconfig, flag or credential is wrong. `Gone`: a resourceVersion or continue token is
 * too old (or, after a restored backup, from the future). `Unavailable`: 5xx. `Network`: no answer, or a cut one.
 * `Timeout`: nothing heard within the limit. `Malformed`: an answer that is not what an API server sends.
 */
export type KubeErrorCode =
  | 'Config'
  | 'Conflict'
  | 'Forbidden'
  | 'Gone'
  | 'Invalid'
  | 'Malformed'
  | 'Network'
  | 'NotFound'
  | 'Timeout'
  | 'TooManyRequests'
  | 'Unauthorized'
  | 'Unavailable';

interface KubeErrorDetails {
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** Every error that leaves this package. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  /** The HTTP status, or the code of a watch's ERROR event. */
  readonly status: number | undefined;
  /** The `reason` of the Kubernetes Status object, e.g. `AlreadyExists`. */
  readonly reason: string | undefined;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: KubeErrorCode, message: string, details: KubeErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.reason = details.reason;
    this.retryAfterMs = details.retryAfterMs;
  }
}

const CODE_BY_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  400: 'Invalid',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'Invalid',
  406: 'Invalid',
  409: 'Conflict',
  410: 'Gone',
  413: 'Invalid',
  415: 'Invalid',
  422: 'Invalid',
  429: 'TooManyRequests',
};

// k8s.io/apimachinery api/errors: a resourceVersion ahead of the server's is a 504 with this cause; waiting does not mend it.
const TOO_LARGE = 'ResourceVersionTooLarge';

/**
 * The error for an HTTP status or for an ERROR event.
 * @param request what was asked, for the message (`GET /api/v1/nodes`)
 * @param body the Kubernetes Status object if one came, else whatever came
 * @param retryAfter the Retry-After header, in seconds
 */
export function errorFromStatus(
  request: string,
  answer: { readonly status: number; readonly body: unknown; readonly retryAfter?: string | undefined },
): KubeError {
  const { status, body } = answer;
  const code = isTooLarge(body) ? 'Gone' : (CODE_BY_STATUS[status] ?? (status >= 500 ? 'Unavailable' : 'Malformed'));
  const said = readField(body, 'message');
  const words = typeof said === 'string' && said !== '' ? said : `the server answered ${status}`;
  const reason = readField(body, 'reason');
  return new KubeError(code, `${request}: ${words}`, {
    status,
    reason: typeof reason === 'string' ? reason : undefined,
    retryAfterMs: readRetryAfter(answer.retryAfter, body),
  });
}

/** Whatever was thrown, as a KubeError: itself, or a `Network` error that names the request. */
export function toKubeError(thrown: unknown, request: string): KubeError {
  if (thrown instanceof KubeError) return thrown;
  const code = readField(thrown, 'code');
  const words = thrown instanceof Error && thrown.message !== '' ? thrown.message : String(code ?? thrown);
  const mend = typeof code === 'string' ? (MENDS[code] ?? '') : '';
  return new KubeError('Network', `${request}: ${words}${mend}`, { cause: thrown });
}

const UNTRUSTED =
  ': the certificate is not signed by a trusted CA: set certificate-authority or certificate-authority-data of the cluster';
const MENDS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: ': set tls-server-name of the cluster to a name that the certificate carries',
  ECONNREFUSED: ': nothing listens there: check the server of the kubeconfig',
  ENOTFOUND: ': check the host of the server in the kubeconfig',
};

/** A field of an unknown value, undefined when it is not an object or has no such field of its own. */
export function readField(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function isTooLarge(body: unknown): boolean {
  const causes = readField(readField(body, 'details'), 'causes');
  return Array.isArray(causes) && causes.some((cause) => readField(cause, 'reason') === TOO_LARGE);
}

function readRetryAfter(header: string | undefined, body: unknown): number | undefined {
  const seconds = header ?? readField(readField(body, 'details'), 'retryAfterSeconds');
  const value = typeof seconds === 'string' && /^\d{1,9}$/.test(seconds) ? Number(seconds) : seconds;
  return typeof value === 'number' && value > 0 ? value * 1000 : undefined;
}
