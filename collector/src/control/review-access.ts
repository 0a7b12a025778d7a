/**
 * Asks the API server who a token belongs to (TokenReview) and whether it may ask for a path (SubjectAccessReview on a
 * nonResourceURL), as kube-rbac-proxy does. Without the API server's word nobody may.
 */
import { createHash } from 'node:crypto';
import { valueAt, WATCHED_KINDS } from '@rollcall/contract';
import { write, type Clock, type Connection, type Log } from '@rollcall/kube';
import { createRecall } from './recall.ts';

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

/** What the API server says of the bearer; passed on to the second review as it came. */
interface Bearer {
  readonly username: string;
  readonly identity: object;
}

/** kube-rbac-proxy's and the API server's own time for a token that is good: so long a revoked one goes on. */
const GOOD_MS = 120_000;
/** So long a right that was given just now is not seen. */
const BAD_MS = 10_000;
/** Prometheus' own timeout of a scrape is 10 s: it should hear the answer. */
const REVIEW_MS = 5_000;
/** Far more than there are scrapers and operators; a key and a verdict take some 200 bytes. */
const MOST = 4_096;
/** Under way at once, so that a flood of made-up tokens does not become one on the API server; the others wait. */
const MOST_REVIEWS = 16;

/** Judges requests; remembers what the API server said, by a hash, so that no token is kept. Never rejects. */
export function createAccessReviews(host: AccessHost): (question: AccessQuestion) => Promise<AccessVerdict> {
  const nowMs = (): number => host.clock.monoMs();
  const bearers = createRecall<Bearer | 'nobody' | 'unavailable'>({ most: MOST, nowMs, keepMs: keepOf });
  const verdicts = createRecall<AccessVerdict['outcome']>({ most: MOST, nowMs, keepMs: keepOf });
  const send = createSender(host);
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

/** Sends one review and answers its status, undefined if there is none. */
type Send = (review: typeof TOKEN | typeof ACCESS, spec: object) => Promise<unknown>;

const TOKEN = { kind: 'TokenReview', ...WATCHED_KINDS.tokenreviews };
const ACCESS = { kind: 'SubjectAccessReview', ...WATCHED_KINDS.subjectaccessreviews };

async function reviewToken(
  send: Send,
  token: string,
  audiences: readonly string[],
): Promise<Bearer | 'nobody' | 'unavailable'> {
  const spec = { token, ...(audiences.length > 0 && { audiences }) };
  const status = await send(TOKEN, spec);
  if (status === undefined) return 'unavailable';
  const username = valueAt(status, ['user', 'username']);
  const isGood = valueAt(status, ['authenticated']) === true && typeof username === 'string' && username !== '';
  if (!isGood || !fits(audiences, valueAt(status, ['audiences']))) return 'nobody';
  const identity = Object.fromEntries(
    ['uid', 'groups', 'extra'].map((field) => [field, valueAt(status, ['user', field])]),
  );
  return { username, identity };
}

/** An API server that does not know of audiences answers none, and has then not looked at them. */
function fits(asked: readonly string[], answered: unknown): boolean {
  return (
    asked.length === 0 || (Array.isArray(answered) && answered.some((audience) => asked.includes(String(audience))))
  );
}

async function reviewAccess(
  send: Send,
  { username, identity }: Bearer,
  nonResourceAttributes: { readonly path: string; readonly verb: string },
): Promise<'allowed' | 'forbidden' | 'unavailable'> {
  const spec = { user: username, ...identity, nonResourceAttributes };
  const status = await send(ACCESS, spec);
  if (status === undefined) return 'unavailable';
  return valueAt(status, ['allowed']) === true && valueAt(status, ['denied']) !== true ? 'allowed' : 'forbidden';
}

function createSender({ connection, log }: AccessHost): Send {
  const takeSlot = createSlots(MOST_REVIEWS);
  let failing = false;
  return ({ group, version, resource, kind }, spec) =>
    takeSlot(async () => {
      const path = `/apis/${group}/${version}/${resource}`;
      const body = { apiVersion: `${group}/${version}`, kind, spec };
      try {
        const review = await write(connection, { method: 'POST', path, body, timeoutMs: REVIEW_MS });
        if (failing) log.info({ kind }, 'clients can be authenticated again');
        failing = false;
        return valueAt(review, ['status']);
      } catch (error) {
        if (!failing)
          log.warn({ err: error, kind }, 'clients cannot be authenticated, and are answered 503 until they can');
        failing = true;
        return undefined;
      }
    });
}

/** Runs at most so many at once, the others in order. */
function createSlots(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
