/** Reviews: questions to the API server who a token belongs to, and whether its bearer may. */
import { valueAt, WATCHED_KINDS } from '@rollcall/contract';
import { write, type Connection, type Log } from '@rollcall/kube';

/** What reviews are sent by. */
export interface ReviewHost {
  readonly connection: Connection;
  readonly log: Log;
}

/** What the API server says of the bearer; `identity` is passed on to a second review as it came. */
export interface Bearer {
  readonly username: string;
  readonly identity: object;
}

/** Prometheus' own timeout of a scrape is 10 s: it should hear the answer. */
const REVIEW_MS = 5_000;
/** Under way at once, so that a flood of made-up tokens does not become one on the API server; the others wait. */
const MOST_REVIEWS = 16;

/** Sends one review and answers its status, undefined if there is none. Never rejects. */
export type SendReview = (review: typeof TOKEN_REVIEW | typeof ACCESS_REVIEW, spec: object) => Promise<unknown>;

const TOKEN_REVIEW = { kind: 'TokenReview', ...WATCHED_KINDS.tokenreviews };
/** A SubjectAccessReview. */
export const ACCESS_REVIEW = { kind: 'SubjectAccessReview', ...WATCHED_KINDS.subjectaccessreviews };

/** Who a token belongs to, if it is good for one of the audiences; without audiences it has to be made for the API server itself. */
export async function reviewToken(
  send: SendReview,
  token: string,
  audiences: readonly string[],
): Promise<Bearer | 'nobody' | 'unavailable'> {
  const spec = { token, ...(audiences.length > 0 && { audiences }) };
  const status = await send(TOKEN_REVIEW, spec);
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

/** Sends reviews, a few at once; the log hears when they fail and when they go well again. */
export function createSendReview({ connection, log }: ReviewHost): SendReview {
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
