/** Single requests: read one thing, write one thing, read all pages of a list; patient with a busy server, within bounds. */
import { readBody, readRefusal } from './body.ts';
import type { Connection } from '../connection/connection.ts';
import type { KubeRequest, KubeResponse } from '../connection/sender.ts';
import type { RawObject } from '../decode/decoder.ts';
import { KubeError, toKubeError } from '../kube-error.ts';
import { createJsonDecoder } from '../decode/json-decoder.ts';
import { readList } from './list.ts';
import { pause } from './pause.ts';
import type { Resource } from './source.ts';
import { traceRequest } from './trace-request.ts';

/** Bounds of one call. */
export interface CallLimits {
  /** For the whole call with its repetitions; 30 s if absent. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A change to be made. `contentType` is `application/json` if absent; a PATCH needs the type of its patch. */
export interface KubeWrite extends CallLimits {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
  /** On whose behalf, if not one's own: `system:serviceaccount:NAMESPACE:NAME` or another user (RBAC verb impersonate). */
  readonly impersonate?: string | undefined;
}

const TIMEOUT_MS = 30_000;
const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 10_000;

const rawDecoder = createJsonDecoder({ fromJson: (raw) => raw, unversioned: true });

/** What a document is asked for as, where it is of a JSON type of its own: keys are application/jwk-set+json. */
export interface ReadLimits extends CallLimits {
  readonly accept?: string | undefined;
}

/** GETs one JSON document of at most 16 MiB. Rejects with a KubeError. */
export function readJson(connection: Connection, path: string, limits: ReadLimits = {}): Promise<unknown> {
  return call(connection, { path, headers: { Accept: limits.accept ?? 'application/json' } }, limits);
}

/** Makes one change and answers the server's document, undefined if it sent none. Rejects with a KubeError. */
export function write(connection: Connection, change: KubeWrite): Promise<unknown> {
  const { method, path, body, contentType = 'application/json', impersonate } = change;
  const headers = {
    Accept: 'application/json',
    ...(body !== undefined && { 'Content-Type': contentType }),
    ...(impersonate !== undefined && { 'Impersonate-User': impersonate }),
  };
  return call(
    connection,
    { method, path, headers, body: body === undefined ? undefined : JSON.stringify(body) },
    change,
  );
}

/** The status that a manager wants a custom resource to have: `path` is the object's, `object` names it and carries that `status`. */
export interface StatusWrite extends CallLimits {
  readonly path: string;
  readonly object: object;
  readonly manager: string;
}

/**
 * Server-side applies the `.status` of a custom resource: fields that the manager applied before and now leaves out are removed, those of
 * others stay, and what is already so is no change. Rejects with a KubeError.
 */
export function applyStatus(
  connection: Connection,
  { path, object, manager, ...limits }: StatusWrite,
): Promise<unknown> {
  const query = `fieldManager=${manager}&force=true`;
  const contentType = 'application/apply-patch+yaml';
  return write(connection, { method: 'PATCH', path: `${path}/status?${query}`, body: object, contentType, ...limits });
}

/**
 * Lists a resource in pages of 500, each item handed over as it is parsed, and answers the list's resourceVersion, '' for one that has none.
 * Rejects with a KubeError, or with what `onItem` threw, which ends it; some items may have been handed over by then.
 */
export async function readPages(
  connection: Connection,
  resource: Resource,
  onItem: (item: unknown) => void,
): Promise<string> {
  const patient: Connection = { ...connection, request: (request) => askPatiently(connection, request) };
  const source = { connection: patient, abort: new AbortController(), resource, decoder: rawDecoder };
  let fault: { readonly thrown: unknown } | undefined;
  const take = (item: RawObject<unknown>): void => {
    try {
      onItem(item.project());
    } catch (thrown) {
      fault = { thrown };
      throw thrown;
    }
  };
  return readList(source, take).catch((error: unknown) => {
    throw fault === undefined ? error : fault.thrown;
  });
}

function call(connection: Connection, request: KubeRequest, limits: CallLimits): Promise<unknown> {
  return traceRequest(connection, request, (traced) => ask(traced, request, limits));
}

async function ask(connection: Connection, request: KubeRequest, limits: CallLimits): Promise<unknown> {
  const what = `${request.method ?? 'GET'} ${request.path.split('?')[0]}`;
  const { timeoutMs = TIMEOUT_MS } = limits;
  const late = new AbortController();
  const expire = (): void => late.abort(new KubeError('Timeout', `${what}: no answer within ${timeoutMs / 1000} s`));
  const cancel = connection.timers.after(timeoutMs, expire);
  const signal = limits.signal === undefined ? late.signal : AbortSignal.any([late.signal, limits.signal]);
  try {
    const response = await askPatiently(connection, { ...request, signal });
    if (response.status < 200 || response.status > 299) throw await readRefusal(what, response);
    const text = (await readBody(response)).toString();
    return text === '' ? undefined : parseAnswer(text, what);
  } catch (thrown) {
    throw toKubeError(signal.aborted ? signal.reason : thrown, what);
  } finally {
    cancel();
  }
}

function parseAnswer(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new KubeError('Malformed', `${what}: the answer is not JSON: is the server an API server?`);
  }
}

// A 429 was not carried out, so any method may be repeated.
async function askPatiently(connection: Connection, request: KubeRequest): Promise<KubeResponse> {
  for (let attempt = 1; ; attempt++) {
    const response = await connection.request(request);
    if (response.status !== 429 || attempt === ATTEMPTS) return response;
    response.body.resume();
    const seconds = Number(response.headers['retry-after'] ?? 1);
    const waitMs = seconds > 0 ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : 1000;
    await pause(connection.timers, waitMs, request.signal);
  }
}
