import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { claimsAt, EC, encodePart, ISSUER, RSA, signClaims } from './test-issuer.ts';
import { accountOf, boundTo, findTokenFault, splitToken } from './verify-token.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECOND = NOW / 1000;

function judge(token: string, key: KeyObject = RSA.publicKey): string {
  const parts = splitToken(token);
  if (parts === undefined) return 'no token';
  return findTokenFault(parts, { key, issuer: ISSUER, audience: 'rollcall', nowMs: NOW });
}

function claims(changes: object = {}): object {
  return claimsAt(NOW, changes);
}

/** Signed as a MAC with the public key as its secret: what a verifier is fooled by that lets the token choose the algorithm. */
function signByPublicKey(alg: string): string {
  const signed = `${encodePart({ alg, kid: 'rsa' })}.${encodePart(claims())}`;
  const secret = RSA.publicKey.export({ type: 'spki', format: 'pem' });
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function withSignature(change: (signature: string) => string): string {
  const [head = '', payload = '', signature = ''] = signClaims(claims()).split('.');
  return `${head}.${payload}.${change(signature)}`;
}

const SIGNATURE = 'its signature is not that of the API server';

test('a token as the API server makes it is good, by an RSA key and by one of a curve', () => {
  expect(judge(signClaims(claims()))).toBe('');
  expect(judge(signClaims(claims(), EC.privateKey), EC.publicKey)).toBe('');
  expect(judge(signClaims(claims({ aud: 'rollcall' })))).toBe('');
  expect(judge(signClaims(claims({ aud: ['https://kubernetes.default.svc', 'rollcall'] })))).toBe('');
});

test.each<[string, string, string]>([
  ['no algorithm', `${encodePart({ alg: 'none', kid: 'rsa' })}.${encodePart(claims())}.AA`, SIGNATURE],
  ['no algorithm, in capitals', signClaims(claims(), RSA.privateKey, { alg: 'NONE' }), SIGNATURE],
  ['a MAC with the public key as its secret', signByPublicKey('HS256'), SIGNATURE],
  ['a MAC that calls itself RSA', signByPublicKey('RS256'), SIGNATURE],
  ['the name of something every object has', signClaims(claims(), RSA.privateKey, { alg: 'constructor' }), SIGNATURE],
  ['another digest than it says', signClaims(claims(), RSA.privateKey, { alg: 'RS512' }), SIGNATURE],
  ['RSA-PSS, which Kubernetes never makes', signClaims(claims(), RSA.privateKey, { alg: 'PS256' }), SIGNATURE],
  ['the algorithm of a curve with an RSA key', signClaims(claims(), RSA.privateKey, { alg: 'ES256' }), SIGNATURE],
  [
    'a header that has to be understood',
    signClaims(claims(), RSA.privateKey, { crit: ['b64'], b64: false }),
    'no token',
  ],
  ['a key id that is no text', signClaims(claims(), RSA.privateKey, { kid: ['rsa'] }), 'no token'],
  [
    'a key of its own in the header',
    signClaims(claims(), EC.privateKey, { jwk: EC.publicKey.export({ format: 'jwk' }) }),
    SIGNATURE,
  ],
  ['a signature cut short', withSignature((signature) => signature.slice(0, 340)), SIGNATURE],
  ['no signature', withSignature(() => ''), 'no token'],
  ['padding', withSignature((signature) => `${signature}==`), 'no token'],
  ['signs that base64url skips', withSignature((signature) => `~${signature}`), 'no token'],
  ['the other alphabet', withSignature((signature) => `${signature}+/`), 'no token'],
  ['four parts', `${signClaims(claims())}.AA`, 'no token'],
  ['two parts', signClaims(claims()).split('.', 2).join('.'), 'no token'],
  ['claims that are no JSON', signClaims('{"iss":'), 'no token'],
  ['claims that are a list', signClaims([]), 'it is of another issuer than this cluster'],
  ['claims that are null', signClaims('null'), 'it is of another issuer than this cluster'],
  ['no issuer', signClaims(claims({ iss: undefined })), 'it is of another issuer than this cluster'],
  ['another issuer', signClaims(claims({ iss: `${ISSUER}/` })), 'it is of another issuer than this cluster'],
  ['no audience', signClaims(claims({ aud: undefined })), 'it is not made for the audience rollcall'],
  ['an empty list of audiences', signClaims(claims({ aud: [] })), 'it is not made for the audience rollcall'],
  [
    'audiences in a list in a list',
    signClaims(claims({ aud: [['rollcall']] })),
    'it is not made for the audience rollcall',
  ],
  [
    'an audience that only begins so',
    signClaims(claims({ aud: 'rollcall.example' })),
    'it is not made for the audience rollcall',
  ],
  ['no end', signClaims(claims({ exp: undefined })), 'it has expired'],
  ['an end in words', signClaims(claims({ exp: String(SECOND + 60) })), 'it has expired'],
  ['an end that is just reached', signClaims(claims({ exp: SECOND })), 'it has expired'],
  ['a begin too far ahead', signClaims(claims({ nbf: SECOND + 61 })), 'it is not valid yet'],
  ['an issue too far ahead', signClaims(claims({ iat: SECOND + 61 })), 'it is not valid yet'],
])('a token with %s is refused', (_, token, fault) => {
  expect(judge(token)).toBe(fault);
});

test('clocks may differ by a minute at the begin, and a second is left at the end', () => {
  expect(judge(signClaims(claims({ nbf: SECOND + 60, iat: SECOND + 60 })))).toBe('');
  expect(judge(signClaims(claims({ exp: SECOND + 1 })))).toBe('');
});

test('a key that is none verifies nothing', () => {
  const empty = createPublicKey({ key: { kty: 'RSA', n: '', e: 'AQAB' }, format: 'jwk' });
  expect(judge(signClaims(claims()), empty)).toBe(SIGNATURE);
  expect(judge(`${encodePart({ alg: 'RS256', kid: 'rsa' })}.${encodePart(claims())}.AA`, empty)).toBe(SIGNATURE);
});

test('a curve other than the algorithm names is refused', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const signed = `${encodePart({ alg: 'ES256', kid: 'rsa' })}.${encodePart(claims())}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  expect(judge(`${signed}.${signature.toString('base64url')}`, publicKey)).toBe(SIGNATURE);
});

test('a huge token and one of dots alone are refused without ado', () => {
  const huge = signClaims(claims({ pad: 'x'.repeat(1_000_000) }));
  expect(judge(`${huge.slice(0, -8)}AAAAAAAA`)).toBe(SIGNATURE);
  expect(judge('.'.repeat(1_000_000))).toBe('no token');
  expect(judge(`${encodePart('['.repeat(500_000))}.e30.AA`)).toBe('no token');
});

test('whom a token is bound to is read from its claims, and is nobody where they say nothing', () => {
  const whole = claims();
  expect(boundTo(whole)).toEqual({ namespace: 'agents', serviceAccount: 'agent', podUid: 'pod-1', node: 'node-1' });
  expect(accountOf(whole)).toBe('agents/agent/sa-1');
  const nobody = { namespace: '', serviceAccount: '', podUid: '', node: '' };
  for (const odd of [{}, null, [], { 'kubernetes.io': 'x' }, { 'kubernetes.io': { pod: [], node: { name: 1 } } }])
    expect(boundTo(odd)).toEqual(nobody);
});
