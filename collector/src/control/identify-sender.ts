/**
 * Finds out which pod sends a heartbeat, by its token: by the API server's published keys, which costs it nothing, and by whether the
 * token's ServiceAccount still exists, which is asked once a minute for all of its pods. That the pod still exists is for the inventory to
 * say. Where the keys cannot be read each token is reviewed (TokenReview).
 */
import { hash } from 'node:crypto';
import { REPORT_AUDIENCE, valueAt } from '@rollcall/contract';
import type { Clock } from '@rollcall/kube';
import { followAccounts } from './account-standing.ts';
import { followIssuer, type Issuer, type IssuerHost } from './issuer-keys.ts';
import { createRecall } from './recall.ts';
import { createSendReview, reviewToken, type Bearer, type SendReview } from './send-review.ts';
import {
  accountOf,
  boundTo,
  expiryOf,
  findTokenFault,
  splitToken,
  type BoundTo,
  type TokenParts,
} from './verify-token.ts';

/** Who sends; `why` says of a refused token what is wrong with it. `unavailable`: nobody can say now. */
export type SenderVerdict =
  | { readonly outcome: 'known'; readonly sender: BoundTo }
  | { readonly outcome: 'refused'; readonly why: string }
  | { readonly outcome: 'unavailable' };

/** What senders are identified by. */
export interface SenderHost extends IssuerHost {
  readonly clock: Pick<Clock, 'monoMs' | 'wallMs'>;
}

/** So long a signature is not checked again, and a token goes on that was reviewed, unless its pod is seen to be gone before. */
const KNOWN_MS = 300_000;
/** So long a token is not looked at again that the API server refused: what it was bound to does not come back. */
const REFUSED_MS = 60_000;
/** One for each node of the largest cluster, and as many again while tokens are renewed; some 400 bytes each. */
const MOST_KNOWN = 200_000;
/** Without keys made-up tokens get as far as a review: they push out one another, and none of those that are good. */
const MOST_UNVERIFIED = 4_096;

/** What is remembered of a token; `kid` and `account` where its signature was checked by us. */
interface Answer {
  readonly verdict: SenderVerdict;
  readonly keepMs: number;
  readonly signed?: { readonly kid: string; readonly account: string };
}

/** Identifies senders. Never rejects, and keeps no token. */
export function createSenderReviews(host: SenderHost): (token: string) => Promise<SenderVerdict> {
  const nowMs = (): number => host.clock.monoMs();
  const keepMs = (answer: Answer): number => answer.keepMs;
  const known = createRecall<Answer>({ most: MOST_KNOWN, nowMs, keepMs });
  const refused = createRecall<Answer>({ most: MOST_KNOWN, nowMs, keepMs });
  const findIssuer = followIssuer(host);
  const send = createSendReview(host);
  const reviewUnverified = createUnverifiedReviews(host, send);
  const findStanding = followAccounts({ send, nowMs });
  const look = async (token: string, key: string): Promise<Answer> => {
    const parts = splitToken(token);
    if (parts === undefined) return refuse('it is no token of a ServiceAccount');
    const issuer = await findIssuer(parts.kid);
    if (issuer === undefined) return reviewUnverified(token, key, parts);
    const answer = verify(parts, issuer, host.clock.wallMs());
    if (answer.verdict.outcome === 'known') void known.recall(key, () => Promise.resolve(answer));
    return answer;
  };
  return async (token) => {
    const key = hash('sha256', token, 'base64');
    const { verdict, signed } = (await (refused.peek(key) ?? known.peek(key))) ?? (await look(token, key));
    if (verdict.outcome !== 'known' || signed === undefined) return verdict;
    // A key that is withdrawn takes its tokens with it.
    if ((await findIssuer(signed.kid))?.keys.has(signed.kid) === false) return refuse(NO_KEY).verdict;
    // While nobody reviews, the signature says who it was made for, and the inventory whether that pod lives.
    if ((await findStanding({ account: signed.account, token })) !== 'refused') return verdict;
    return (await refused.recall(key, () => Promise.resolve(refuse(NO_ACCOUNT, REFUSED_MS)))).verdict;
  };
}

const NO_KEY = 'it is not signed by a key of this cluster';
const NO_ACCOUNT = `the API server does not know it as one for the audience ${REPORT_AUDIENCE}, or its pod or ServiceAccount is gone`;

/** By our own reading; the token of a pod says when it ends. */
function verify(parts: TokenParts, { issuer, keys }: Issuer, nowMs: number): Answer {
  const key = keys.get(parts.kid);
  if (key === undefined) return refuse(NO_KEY);
  const fault = findTokenFault(parts, { key, issuer, audience: REPORT_AUDIENCE, nowMs });
  if (fault !== '') return refuse(fault);
  const signed = { kid: parts.kid, account: accountOf(parts.claims) };
  return { ...know(boundTo(parts.claims), parts, nowMs), signed };
}

type ReviewUnverified = (token: string, key: string, parts: TokenParts) => Promise<Answer>;

/** By the API server's word alone. */
function createUnverifiedReviews({ clock }: SenderHost, send: SendReview): ReviewUnverified {
  const nowMs = (): number => clock.monoMs();
  const keepMs = (answer: Answer): number => answer.keepMs;
  const bad = createRecall<Answer>({ most: MOST_UNVERIFIED, nowMs, keepMs });
  const good = createRecall<Answer>({ most: MOST_KNOWN, nowMs, keepMs });
  return async (token, key, parts) => {
    const recalled = good.peek(key);
    if (recalled !== undefined) return recalled;
    const answer = await bad.recall(key, async () => {
      const bearer = await reviewToken(send, token, [REPORT_AUDIENCE]);
      if (bearer === 'unavailable') return { verdict: { outcome: 'unavailable' }, keepMs: 0 };
      if (bearer === 'nobody') return refuse(NO_ACCOUNT, REFUSED_MS);
      return know(readBearer(bearer), parts, clock.wallMs());
    });
    return answer.verdict.outcome === 'known' ? good.recall(key, () => Promise.resolve(answer)) : answer;
  };
}

function know(sender: BoundTo, { claims }: TokenParts, nowWallMs: number): Answer {
  const left = (expiryOf(claims) ?? 0) - nowWallMs;
  return { verdict: { outcome: 'known', sender }, keepMs: Math.min(KNOWN_MS, left) };
}

function refuse(why: string, keepMs = 0): Answer {
  return { verdict: { outcome: 'refused', why }, keepMs };
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
