/**
 * Finds out which pod sends a heartbeat, by its token: first by the API server's published keys, which costs it nothing, then by a
 * TokenReview, which also knows of pods that are gone; that is remembered by a hash of the token for at most five minutes.
 */
import { createHash } from 'node:crypto';
import { REPORT_AUDIENCE, valueAt } from '@rollcall/contract';
import type { Clock } from '@rollcall/kube';
import { followIssuer, type Issuer, type IssuerHost } from './issuer-keys.ts';
import { createRecall } from './recall.ts';
import { createSendReview, reviewToken, type Bearer } from './send-review.ts';
import { boundTo, expiryOf, findTokenFault, splitToken, type BoundTo, type TokenParts } from './verify-token.ts';

/** Who sends; `why` says of a refused token what is wrong with it. `unavailable`: nobody can say now. */
export type SenderVerdict =
  | { readonly outcome: 'known'; readonly sender: BoundTo }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'unavailable' };

/** What senders are identified by. */
export interface SenderHost extends IssuerHost {
  readonly clock: Pick<Clock, 'monoMs' | 'wallMs'>;
}

/** So long a token goes on whose pod was deleted, unless the pod is seen to be gone before. */
const KNOWN_MS = 300_000;
/** So long a token is not looked at again that was refused. */
const REFUSED_MS = 10_000;
/** So long the keys' word alone is good while the API server reviews nothing. */
const UNREVIEWED_MS = 10_000;
/** One for each node of the largest cluster, and as many again while tokens are renewed; some 400 bytes each. */
const MOST_KNOWN = 200_000;
/** Without keys made-up tokens get as far as a review: they push out one another, and none of those that are good. */
const MOST_UNVERIFIED = 4_096;

interface Answer {
  readonly verdict: SenderVerdict;
  readonly keepMs: number;
}

/** Identifies senders. Never rejects, and keeps no token. */
export function createSenderReviews(host: SenderHost): (token: string) => Promise<SenderVerdict> {
  const nowMs = (): number => host.clock.monoMs();
  const keepMs = (answer: Answer): number => answer.keepMs;
  const known = createRecall<Answer>({ most: MOST_KNOWN, nowMs, keepMs });
  const unverified = createRecall<Answer>({ most: MOST_UNVERIFIED, nowMs, keepMs });
  const findIssuer = followIssuer(host);
  const send = createSendReview(host);
  let silentUntilMono = -Infinity;
  const review = async (token: string, parts: TokenParts, verified: boolean): Promise<Answer> => {
    const bearer =
      verified && nowMs() < silentUntilMono ? 'unavailable' : await reviewToken(send, token, [REPORT_AUDIENCE]);
    if (bearer !== 'unavailable') return answerReview(bearer, parts, host.clock.wallMs());
    // The signature proves who it was made for; what is missing is whether its pod still lives, which the inventory says, too.
    if (!verified) return { verdict: { outcome: 'unavailable' }, keepMs: 0 };
    silentUntilMono = Math.max(silentUntilMono, nowMs() + UNREVIEWED_MS / 2);
    return { verdict: { outcome: 'known', sender: boundTo(parts.claims) }, keepMs: UNREVIEWED_MS };
  };
  return async (token) => {
    const parts = splitToken(token);
    if (parts === undefined) return refuse('it is no token of a ServiceAccount');
    const key = createHash('sha256').update(token).digest('base64');
    const recalled = known.peek(key);
    if (recalled !== undefined) return (await recalled).verdict;
    const issuer = await findIssuer(parts.kid);
    if (issuer === undefined) {
      const answer = await unverified.recall(key, () => review(token, parts, false));
      if (answer.verdict.outcome === 'known') void known.recall(key, () => Promise.resolve(answer));
      return answer.verdict;
    }
    const fault = findFault(parts, issuer, host.clock.wallMs());
    if (fault !== '') return refuse(fault);
    return (await known.recall(key, () => review(token, parts, true))).verdict;
  };
}

function findFault(parts: TokenParts, { issuer, keys }: Issuer, nowMs: number): string {
  const key = keys.get(parts.kid);
  if (key === undefined) return 'it is not signed by a key of this cluster';
  return findTokenFault(parts, { key, issuer, audience: REPORT_AUDIENCE, nowMs });
}

function refuse(why: string): SenderVerdict {
  return { outcome: 'refused', why };
}

function answerReview(bearer: Bearer | 'nobody', { claims }: TokenParts, nowWallMs: number): Answer {
  if (bearer === 'nobody') {
    const why = `the API server does not know it as one for the audience ${REPORT_AUDIENCE}, or its pod is gone`;
    return { verdict: refuse(why), keepMs: REFUSED_MS };
  }
  const left = (expiryOf(claims) ?? 0) - nowWallMs;
  return { verdict: { outcome: 'known', sender: readBearer(bearer) }, keepMs: Math.min(KNOWN_MS, left) };
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The API server's own word: it says the same as the claims, and is all there is without its keys. */
function readBearer({ username, identity }: Bearer): BoundTo {
  const [, namespace = '', serviceAccount = ''] = ACCOUNT.exec(username) ?? [];
  const extra = (name: string): string => {
    const value = valueAt(identity, ['extra', `authentication.kubernetes.io/${name}`, 0]);
    return typeof value === 'string' ? value : '';
  };
  return { namespace, serviceAccount, podUid: extra('pod-uid'), node: extra('node-name') };
}
