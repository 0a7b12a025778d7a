/**
 * Follows whether ServiceAccounts still exist. It is the one thing a TokenReview knows of a bound token that neither the published keys
 * nor the inventory of pods do, and it is the same for all tokens of an account: one of them is reviewed on behalf of all.
 */
import { REPORT_AUDIENCE } from '@rollcall/contract';
import { reviewToken, type SendReview } from './send-review.ts';

/** What the account of a token is known to be: `unsure` while the API server reviews nothing. */
export type Standing = 'stands' | 'unsure' | 'refused';

/** What standings are found out by; the time is monotonic milliseconds. */
export interface StandingHost {
  readonly send: SendReview;
  readonly nowMs: () => number;
}

/** A token and the account that it was signed for: namespace, name and uid, since an account of the same name made anew is another one. */
export interface AccountToken {
  readonly account: string;
  readonly token: string;
}

/** So long the tokens of an account go on that was deleted; its pods need not be gone. */
const STANDS_MS = 60_000;
/** So long the keys' word alone is good while the API server reviews nothing. */
const UNSURE_MS = 10_000;
/** There is one to a DaemonSet; only who has a token that the API server signed adds to them. */
const MOST_ACCOUNTS = 4_096;

interface Account {
  readonly standing: Exclude<Standing, 'refused'>;
  readonly untilMono: number;
}

/**
 * Answers the standing of a token's account. Whoever asks when it is time to look again has the answer of before, and does not wait. A
 * refusal may be about that one token's pod: it says nothing of the account, and the next token is reviewed by itself. Never rejects.
 */
export function followAccounts({ send, nowMs }: StandingHost): (asked: AccountToken) => Promise<Standing> {
  const accounts = new Map<string, Account>();
  const asking = new Map<string, Promise<Standing>>();
  const ask = async ({ account, token }: AccountToken): Promise<Standing> => {
    const bearer = await reviewToken(send, token, [REPORT_AUDIENCE]);
    accounts.delete(account);
    if (bearer === 'nobody') return 'refused';
    const standing = bearer === 'unavailable' ? 'unsure' : 'stands';
    accounts.set(account, { standing, untilMono: nowMs() + (standing === 'stands' ? STANDS_MS : UNSURE_MS) });
    if (accounts.size > MOST_ACCOUNTS) accounts.delete(accounts.keys().next().value ?? '');
    return standing;
  };
  const askOnce = (asked: AccountToken): Promise<Standing> => {
    const begun = ask(asked).finally(() => asking.delete(asked.account));
    asking.set(asked.account, begun);
    return begun;
  };
  return async (asked) => {
    const known = accounts.get(asked.account);
    const running = asking.get(asked.account);
    if (known !== undefined && known.untilMono > nowMs()) return known.standing;
    const review = running ?? askOnce(asked);
    if (known !== undefined) return known.standing;
    const standing = await review;
    // Another's token was reviewed, and it was that one's own fault perhaps.
    return standing === 'refused' && running !== undefined ? ask(asked) : standing;
  };
}
