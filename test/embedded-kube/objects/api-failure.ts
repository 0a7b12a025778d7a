/** Every refusal of the API server as one error class that carries the Status object to send; texts as in kube-apiserver 1.36. */

/** One entry of status.details.causes. */
export type Cause = { readonly reason: string; readonly message: string; readonly field?: string };

/** A metav1.Status with status Failure. */
export type FailureStatus = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly Cause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
};

type Refusal = Pick<FailureStatus, 'code' | 'message'> &
  Partial<Pick<FailureStatus, 'reason' | 'details' | 'metadata'>>;

/** A request that is refused; `status` is the body to answer with and `status.code` the HTTP code. */
export class ApiFailure extends Error {
  readonly status: FailureStatus;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'ApiFailure';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...refusal };
  }
}

type Named = { readonly group: string; readonly plural: string };

function detailsOf(type: Named, name: string): NonNullable<FailureStatus['details']> {
  return { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural };
}

function qualified(type: Named): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** 404 NotFound. */
export function notFound(type: Named, name: string): ApiFailure {
  const message = `${qualified(type)} "${name}" not found`;
  return new ApiFailure({ code: 404, reason: 'NotFound', message, details: detailsOf(type, name) });
}

/** 409 AlreadyExists. */
export function alreadyExists(type: Named, name: string): ApiFailure {
  const message = `${qualified(type)} "${name}" already exists`;
  return new ApiFailure({ code: 409, reason: 'AlreadyExists', message, details: detailsOf(type, name) });
}

/** 409 Conflict; without a reason of its own it is the stale resourceVersion. */
export function conflict(type: Named, name: string, why?: string): ApiFailure {
  const text = why ?? 'the object has been modified; please apply your changes to the latest version and try again';
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${text}`;
  return new ApiFailure({ code: 409, reason: 'Conflict', message, details: detailsOf(type, name) });
}

/** 422 Invalid with one cause a field. */
export function invalid(subject: { group: string; kind: string; name: string }, causes: readonly Cause[]): ApiFailure {
  const texts = causes.map((cause) => `${cause.field ?? ''}: ${cause.message}`);
  const joined = texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  return new ApiFailure({
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${subject.name}" is invalid: ${joined}`,
    details: {
      ...(subject.name === '' ? {} : { name: subject.name }),
      ...(subject.group === '' ? {} : { group: subject.group }),
      kind: subject.kind,
      causes,
    },
  });
}

/** 400 BadRequest. */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure({ code: 400, reason: 'BadRequest', message });
}

/** 410 Expired; a list's may offer a token that goes on at the newest state. */
export function expired(message: string, continueToken?: string): ApiFailure {
  const metadata = continueToken === undefined ? {} : { continue: continueToken };
  return new ApiFailure({ code: 410, reason: 'Expired', message, metadata });
}

/** 504 Timeout for a resourceVersion that this server has not reached. (The real one waits 3 s first.) */
export function tooLargeResourceVersion(wanted: number, current: number): ApiFailure {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new ApiFailure({
    code: 504,
    reason: 'Timeout',
    message: `Timeout: Too large resource version: ${String(wanted)}, current: ${String(current)}`,
    details: { causes, retryAfterSeconds: 1 },
  });
}

/** 405 MethodNotAllowed. */
export function methodNotAllowed(): ApiFailure {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiFailure({ code: 405, reason: 'MethodNotAllowed', message, details: {} });
}
