/** An API server for tests of senders: it signs tokens, publishes its keys, and reviews tokens; each answer can be made to fail or to hang. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Connection } from '@rollcall/kube';
import { createFakeTime, type FakeTime } from '../test-time.ts';

/** Who the tokens of these tests are of. */
export const ISSUER = 'https://kubernetes.default.svc';

/** Keys cost some milliseconds each: they are made once. */
export const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** The key of a curve, as newer API servers have one. */
export const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The claims of a pod's token, good for an hour from that wall-clock time on (milliseconds). */
export function claimsAt(wallMs: number, changes: object = {}): object {
  const now = Math.floor(wallMs / 1000);
  const bound = {
    namespace: 'agents',
    serviceaccount: { name: 'agent', uid: 'sa-1' },
    pod: { name: 'agent-x', uid: 'pod-1' },
    node: { name: 'node-1', uid: 'n-1' },
  };
  return { iss: ISSUER, aud: ['rollcall'], iat: now, nbf: now, exp: now + 3_600, 'kubernetes.io': bound, ...changes };
}

/** A document as a part of a token. */
export function encodePart(part: unknown): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** Signs claims by RS256 or ES256, as the key is; the header can be changed. */
export function signClaims(claims: unknown, key: KeyObject = RSA.privateKey, header: object = {}): string {
  const alg = key.asymmetricKeyType === 'ec' ? 'ES256' : 'RS256';
  const signed = `${encodePart({ alg, kid: 'rsa', ...header })}.${encodePart(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** The API server: what it publishes, what its reviews say (a token's text, or undefined for no answer), and what it was asked. */
export interface TestIssuer {
  readonly time: FakeTime;
  readonly connection: Connection;
  readonly asked: string[];
  readonly warnings: string[];
  readonly log: { info(_: object, text: string): void; warn(_: object, text: string): void };
  /** Throw for a server that is away; a promise that never resolves for one that hangs. */
  keys: () => unknown;
  review: (token: string) => unknown;
}

/** One that publishes the RSA key as `rsa`, and knows every token. */
export function createTestIssuer(): TestIssuer {
  const time = createFakeTime();
  const asked: string[] = [];
  const warnings: string[] = [];
  const note = (_: object, text: string): void => void warnings.push(text);
  const documents: Readonly<Record<string, (body: string) => unknown>> = {
    '/.well-known/openid-configuration': () => ({ issuer: ISSUER }),
    '/openid/v1/jwks': () => api.keys(),
    '/apis/authentication.k8s.io/v1/tokenreviews': async (body) => {
      const { spec } = JSON.parse(body) as { readonly spec: { readonly token: string } };
      return { status: await api.review(spec.token) };
    },
  };
  const connection: Connection = {
    server: 'https://api',
    defaultNamespace: 'default',
    clock: time,
    timers: time,
    traits: { streamingList: true, protobuf: true },
    close: () => undefined,
    request: async ({ path, body, signal }) => {
      asked.push(path.split('/').at(-1) ?? '');
      const answer = await Promise.race([documents[path]?.(String(body)), abortOf(signal)]);
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { status: 200, headers: {}, body: Readable.from([Buffer.from(text)]) as never };
    },
  };
  const api: TestIssuer = {
    time,
    connection,
    asked,
    warnings,
    log: { info: note, warn: note },
    keys: () => publish({ rsa: RSA.publicKey }),
    review: () => goodReview(),
  };
  return api;
}

function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
}

/** The document of those keys. */
export function publish(keys: Readonly<Record<string, KeyObject>>): object {
  return { keys: Object.entries(keys).map(([kid, key]) => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' })) };
}

/** The status of a review that knows the pod of `claimsAt`. */
export function goodReview(): object {
  const extra = {
    'authentication.kubernetes.io/pod-uid': ['pod-1'],
    'authentication.kubernetes.io/node-name': ['node-1'],
  };
  const user = { username: 'system:serviceaccount:agents:agent', uid: 'sa-1', extra };
  return { authenticated: true, audiences: ['rollcall'], user };
}
