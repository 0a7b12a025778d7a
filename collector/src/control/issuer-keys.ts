/** The keys by which the API server signs tokens of ServiceAccounts, as it publishes them (KEP-1393). */
import { createPublicKey, type JsonWebKeyInput, type KeyObject } from 'node:crypto';
import { valueAt } from '@rollcall/contract';
import { readJson, type Clock, type Connection, type Log } from '@rollcall/kube';

/** An issuer's name and its keys by their ids. */
export interface Issuer {
  readonly issuer: string;
  readonly keys: ReadonlyMap<string, KeyObject>;
}

/** Where the keys come from. */
export interface IssuerHost {
  readonly connection: Connection;
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly log: Log;
}

/** How often they are asked for at most: whoever makes up key ids must not make us ask. */
const PAUSE_MS = 30_000;
/** How old they may grow. */
const OLDEST_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
/** An API server that rotates its keys publishes two or three. */
const MOST_KEYS = 64;

/** Answers the issuer with the key of that id if there is one now; undefined while the API server does not tell. Never rejects. */
export function followIssuer({ connection, clock, log }: IssuerHost): (kid: string) => Promise<Issuer | undefined> {
  let known: Issuer | undefined;
  let askedMono = -Infinity;
  let asking: Promise<void> | undefined;
  let isTold = false;
  const ask = async (): Promise<void> => {
    askedMono = clock.monoMs();
    try {
      known = await readIssuer(connection);
      isTold = false;
    } catch (error) {
      if (!isTold)
        log.warn({ err: error }, "the API server's keys cannot be read; each new token is reviewed by it instead");
      isTold = true;
    }
  };
  return async (kid) => {
    const ageMs = clock.monoMs() - askedMono;
    const isDue = known?.keys.has(kid) === true ? ageMs > OLDEST_MS : ageMs > PAUSE_MS;
    if (isDue) asking ??= ask().finally(() => (asking = undefined));
    // Who finds its key need not wait for those that may have come.
    if (known?.keys.has(kid) !== true) await asking;
    return known;
  };
}

async function readIssuer(connection: Connection): Promise<Issuer> {
  const limits = { timeoutMs: TIMEOUT_MS };
  const [about, set] = await Promise.all([
    readJson(connection, '/.well-known/openid-configuration', limits),
    readJson(connection, '/openid/v1/jwks', { ...limits, accept: 'application/jwk-set+json' }),
  ]);
  const issuer = valueAt(about, ['issuer']);
  const keys = valueAt(set, ['keys']);
  if (typeof issuer !== 'string' || !Array.isArray(keys))
    throw new Error('the API server publishes no issuer or no keys');
  return { issuer, keys: new Map(keys.slice(0, MOST_KEYS).flatMap(readKey)) };
}

function readKey(jwk: unknown): readonly (readonly [string, KeyObject])[] {
  const kid = valueAt(jwk, ['kid']);
  if (typeof kid !== 'string' || typeof jwk !== 'object' || jwk === null) return [];
  try {
    return [[kid, createPublicKey({ key: jwk as JsonWebKeyInput['key'], format: 'jwk' })]];
  } catch {
    return [];
  }
}
