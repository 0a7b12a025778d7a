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

/** How often they are asked for at most: whoever makes up key ids must not make us ask, and who has a new key should not wait for long. */
const PAUSE_MS = 5_000;
/** How old they may grow: so long a key that is withdrawn is still good. */
const OLDEST_MS = 300_000;
const TIMEOUT_MS = 5_000;
/** An API server that rotates its keys publishes two or three. */
const MOST_KEYS = 64;

/**
 * Answers the issuer with the key of that id if there is one now; undefined if that cannot be told, since the API server does not answer.
 * Keys that are known go on meanwhile. Never rejects.
 */
export function followIssuer({ connection, clock, log }: IssuerHost): (kid: string) => Promise<Issuer | undefined> {
  let known: Issuer | undefined;
  let askedMono = -Infinity;
  let asking: Promise<void> | undefined;
  let isFailing = false;
  const ask = async (): Promise<void> => {
    askedMono = clock.monoMs();
    try {
      known = await readIssuer(connection);
      isFailing = false;
    } catch (error) {
      if (!isFailing)
        log.warn(
          { err: error },
          "the API server's keys cannot be read; each token of another key is reviewed by it instead",
        );
      isFailing = true;
    }
  };
  return async (kid) => {
    const isKnown = (): boolean => known?.keys.has(kid) === true;
    const ageMs = clock.monoMs() - askedMono;
    if (ageMs > (isKnown() && !isFailing ? OLDEST_MS : PAUSE_MS)) asking ??= ask().finally(() => (asking = undefined));
    // Who finds its key need not wait for those that may have come.
    if (!isKnown()) await asking;
    return isKnown() || !isFailing ? known : undefined;
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
