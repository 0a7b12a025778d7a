/** Who may ask what: the port to whoever decides, and how a refusal is answered (RFC 6750, RFC 9110 section 11.6.1). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendProblem } from './respond.ts';

/** One request to be judged: its bearer token, the path that the right is about (`rightTo`), its method in lower case. */
export interface Asked {
  readonly token: string;
  readonly path: string;
  readonly verb: string;
}

/** The judgement; `user` is who the token belongs to, '' as long as that is not known. `unavailable`: nobody can judge now. */
export interface Verdict {
  readonly outcome: 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';
  readonly user: string;
}

/** Judges a request. Never rejects: who cannot judge says `unavailable`, and nothing is answered. */
export type Authorise = (asked: Asked) => Promise<Verdict>;

// RFC 6750, section 2.1: what a bearer token can look like. Anything else need not be reviewed.
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

const NO_TOKEN = 'This path needs a token; send the header "Authorization: Bearer TOKEN".';
const BAD_TOKEN =
  'The API server does not know this token: it is expired, revoked, or made for another audience; send a fresh one, for example of "kubectl create token".';
const NO_REVIEW =
  'The API server cannot say now whether this token may do that, and without its word nothing is answered; try again, and if that does not help read the log of the collector.';
/** Seconds: an API server that restarts is back in about that time. */
const RETRY_AFTER = 5;

/** The bearer token of a request; undefined without one that can be one. */
export function tokenOf({ headers }: IncomingMessage): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

/** Whether the request may go on; if not it is answered. */
export async function admit(
  authorise: Authorise,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const token = tokenOf(request);
  if (token === undefined) {
    challenge(response, 'Bearer', NO_TOKEN);
    return false;
  }
  const [target = ''] = (request.url ?? '').split('?');
  const path = rightTo(target);
  const verb = (request.method ?? '').toLowerCase();
  const { outcome, user } = await authorise({ token, path, verb });
  switch (outcome) {
    case 'allowed':
      return true;
    case 'unauthenticated':
      challenge(response, 'Bearer error="invalid_token"', BAD_TOKEN);
      return false;
    case 'forbidden':
      sendProblem(response, 403, forbid(user, path, verb));
      return false;
    case 'unavailable':
      response.setHeader('Retry-After', RETRY_AFTER);
      sendProblem(response, 503, NO_REVIEW);
      return false;
  }
}

/** Who sent a request that was let in; '' when nobody can say any more. */
export async function userOf(authorise: Authorise, { token, path, verb }: Asked): Promise<string> {
  const { outcome, user } = await authorise({ token, path: rightTo(path), verb });
  return outcome === 'allowed' ? user : '';
}

/**
 * The nonResourceURL of a path: itself, as it was sent, but `/rollcall/api…` for what begins with /api. Every cluster lets all that
 * are authenticated get /api/* (ClusterRole system:discovery, meant for the API server's own): who has a token would have the right.
 */
function rightTo(path: string): string {
  return path.startsWith('/api') ? `/rollcall${path}` : path;
}

/** Answers 401 with the scheme that is asked for. */
export function challenge(response: ServerResponse, scheme: string, detail: string): void {
  response.setHeader('WWW-Authenticate', scheme);
  sendProblem(response, 401, detail);
}

function forbid(user: string, path: string, verb: string): string {
  const role = verb === 'post' ? 'rollcall-excluder' : 'rollcall-reader';
  return `User ${JSON.stringify(user)} may not ${verb} the nonResourceURL ${path}; bind a ClusterRole to it that allows this, such as ${role}.`;
}
