/**
 * Asks the API server who a token belongs to (TokenReview) and whether it may ask for a path (SubjectAccessReview on a
 * nonResourceURL), as kube-rbac-proxy does. Without the API server's word nobody may.
 */
import { createHash } from 'node:crypto';
import { valueAt } from '@rollcall/contract';
import type { Clock, Connection, Log } from '@rollcall/kube';
import { createRecall } from './recall.ts';
import { ACCESS_REVIEW, createSendReview, reviewToken, type Bearer, type SendReview } from './send-review.ts';

/** One request: its bearer token, its path without the query, its method in lower case. */
export interface AccessQuestion {
  readonly token: string;
  readonly path: string;
  readonly verb: string;
}

/** The answer; `user` is '' when the token belongs to nobody, or nobody could say. */
export interface AccessVerdict {
  readonly outcome: 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';
  readonly user: string;
}

/** What reviews need; without audiences a token has to be made for the API server itself. */
export interface AccessHost {
  readonly connection: Connection;
  readonly audiences: readonly string[];
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly log: Log;
}

/** kube-rbac-proxy's and the API server's own time for a token that is good: so long a revoked one goes on. */
const GOOD_MS = 120_000;
/** So long a right that was given just now is not seen. */
const BAD_MS = 10_000;
/** Far more than there are scrapers and operators; a key and a verdict take some 200 bytes. */
const MOST = 4_096;

/** Judges requests; remembers what the API server said, by a hash, so that no token is kept. Never rejects. */
export function createAccessReviews(host: AccessHost): (question: AccessQuestion) => Promise<AccessVerdict> {
  const nowMs = (): number => host.clock.monoMs();
  const bearers = createRecall<Bearer | 'nobody' | 'unavailable'>({ most: MOST, nowMs, keepMs: keepOf });
  const verdicts = createRecall<AccessVerdict['outcome']>({ most: MOST, nowMs, keepMs: keepOf });
  const send = createSendReview(host);
  return async ({ token, path, verb }) => {
    const bearer = await bearers.recall(hash(token), () => reviewToken(send, token, host.audiences));
    if (bearer === 'nobody') return { outcome: 'unauthenticated', user: '' };
    if (bearer === 'unavailable') return { outcome: 'unavailable', user: '' };
    const outcome = await verdicts.recall(hash(`${token} ${verb} ${path}`), () =>
      reviewAccess(send, bearer, { path, verb }),
    );
    return { outcome, user: bearer.username };
  };
}

function keepOf(answer: unknown): number {
  if (answer === 'unavailable') return 0;
  return answer === 'nobody' || answer === 'forbidden' ? BAD_MS : GOOD_MS;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

async function reviewAccess(
  send: SendReview,
  { username, identity }: Bearer,
  nonResourceAttributes: { readonly path: string; readonly verb: string },
): Promise<'allowed' | 'forbidden' | 'unavailable'> {
  const spec = { user: username, ...identity, nonResourceAttributes };
  const status = await send(ACCESS_REVIEW, spec);
  if (status === undefined) return 'unavailable';
  return valueAt(status, ['allowed']) === true && valueAt(status, ['denied']) !== true ? 'allowed' : 'forbidden';
}
