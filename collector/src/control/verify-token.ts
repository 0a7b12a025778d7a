/** Checks a ServiceAccount token by itself: signature, issuer, audience, times (RFC 7519, RFC 7515), and reads whom it is bound to. */
import { verify, type KeyObject } from 'node:crypto';
import { valueAt } from '@rollcall/contract';

/** Whom a token belongs to, by its claim `kubernetes.io` (KEP-1205, KEP-4193); '' for what it is not bound to. */
export interface BoundTo {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly podUid: string;
  readonly node: string;
}

/** A token taken apart, nothing of it checked yet. */
export interface TokenParts {
  readonly kid: string;
  readonly alg: string;
  readonly claims: unknown;
  readonly signed: string;
  readonly signature: Buffer;
}

/** What a token is checked against; the time is wall-clock milliseconds. */
export interface TokenTerms {
  readonly key: KeyObject;
  readonly issuer: string;
  readonly audience: string;
  readonly nowMs: number;
}

/** How far the clocks of the API server and ours may differ. */
const LEEWAY_MS = 60_000;

/** By which keys and digests the API server signs: any other algorithm, `none` above all, is refused. */
const ALGORITHMS: Readonly<
  Record<string, { readonly digest: string; readonly keyType: string; readonly curve?: string }>
> = {
  RS256: { digest: 'sha256', keyType: 'rsa' },
  RS384: { digest: 'sha384', keyType: 'rsa' },
  RS512: { digest: 'sha512', keyType: 'rsa' },
  ES256: { digest: 'sha256', keyType: 'ec', curve: 'prime256v1' },
  ES384: { digest: 'sha384', keyType: 'ec', curve: 'secp384r1' },
  ES512: { digest: 'sha512', keyType: 'ec', curve: 'secp521r1' },
};

/** Takes a token apart; undefined for what is none. */
export function splitToken(token: string): TokenParts | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  const [header = '', payload = '', last = ''] = parts;
  const head = parse(header);
  const claims = parse(payload);
  const signature = decode(last);
  const [kid, alg] = [valueAt(head, ['kid']), valueAt(head, ['alg'])];
  if (typeof kid !== 'string' || typeof alg !== 'string' || claims === undefined || signature === undefined)
    return undefined;
  // What has to be understood (RFC 7515, section 4.1.11) is not: Kubernetes writes no such header.
  if (valueAt(head, ['crit']) !== undefined) return undefined;
  return { kid, alg, claims, signed: `${header}.${payload}`, signature };
}

/** Of the many ways to write the same bytes only one is taken: else one good token would be as many as one likes. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return part !== '' && bytes.toString('base64url') === part ? bytes : undefined;
}

function parse(part: string): unknown {
  try {
    const bytes = decode(part);
    return bytes && JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Why a token is not good, '' if it is. Never throws. */
export function findTokenFault({ alg, claims, signed, signature }: TokenParts, terms: TokenTerms): string {
  if (!isSigned({ alg, signed, signature }, terms.key)) return 'its signature is not that of the API server';
  if (valueAt(claims, ['iss']) !== terms.issuer) return 'it is of another issuer than this cluster';
  const audience = valueAt(claims, ['aud']);
  const audiences: readonly unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.includes(terms.audience)) return `it is not made for the audience ${terms.audience}`;
  const expiresMs = expiryOf(claims);
  if (expiresMs === undefined || terms.nowMs >= expiresMs) return 'it has expired';
  const notBefore = valueAt(claims, ['nbf']);
  const issuedAt = valueAt(claims, ['iat']);
  for (const since of [notBefore, issuedAt])
    if (typeof since === 'number' && terms.nowMs < since * 1000 - LEEWAY_MS) return 'it is not valid yet';
  return '';
}

function isSigned(
  { alg, signed, signature }: Pick<TokenParts, 'alg' | 'signed' | 'signature'>,
  key: KeyObject,
): boolean {
  const algorithm = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (algorithm === undefined || key.asymmetricKeyType !== algorithm.keyType) return false;
  if (algorithm.curve !== undefined && key.asymmetricKeyDetails?.namedCurve !== algorithm.curve) return false;
  try {
    return verify(algorithm.digest, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}

/** When a token ends, wall-clock milliseconds; undefined for one that does not say. */
export function expiryOf(claims: unknown): number | undefined {
  const expires = valueAt(claims, ['exp']);
  return typeof expires === 'number' ? expires * 1000 : undefined;
}

/** Whom the claims bind the token to. */
export function boundTo(claims: unknown): BoundTo {
  return {
    namespace: readText(claims, 'namespace'),
    serviceAccount: readText(claims, 'serviceaccount', 'name'),
    podUid: readText(claims, 'pod', 'uid'),
    node: readText(claims, 'node', 'name'),
  };
}

/** The ServiceAccount of the claims, with its uid: one of the same name that was made anew is another. */
export function accountOf(claims: unknown): string {
  return [['namespace'], ['serviceaccount', 'name'], ['serviceaccount', 'uid']]
    .map((path) => readText(claims, ...path))
    .join('/');
}

function readText(claims: unknown, ...path: readonly string[]): string {
  const value = valueAt(claims, ['kubernetes.io', ...path]);
  return typeof value === 'string' ? value : '';
}
