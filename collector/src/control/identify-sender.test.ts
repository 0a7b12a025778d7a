import { beforeEach, expect, test } from 'vitest';
import { untilInTime } from '../test-time.ts';
import { createSenderReviews, type SenderVerdict } from './identify-sender.ts';
import { claimsAt, createTestIssuer, EC, goodReview, publish, signClaims, type TestIssuer } from './test-issuer.ts';

let api: TestIssuer;
let count: number;
beforeEach(() => {
  api = createTestIssuer();
  count = 0;
});

const SENDER = { namespace: 'agents', serviceAccount: 'agent', podUid: 'pod-1', node: 'node-1' };
const KNOWN: SenderVerdict = { outcome: 'known', sender: SENDER };
const REFUSED = { outcome: 'refused' };

function start() {
  const identify = createSenderReviews({ connection: api.connection, clock: api.time, log: api.log });
  const reviews = (): number => api.asked.filter((path) => path === 'tokenreviews').length;
  return { identify, reviews };
}

/** Another one each time. */
function makeToken(changes: object = {}, key?: Parameters<typeof signClaims>[1], header?: object): string {
  count += 1;
  return signClaims(claimsAt(api.time.wallMs(), { jti: String(count), ...changes }), key, header);
}

function away(): never {
  throw new Error('ECONNREFUSED');
}

test('a thousand pods of one account cost one review, and one a minute from then on', async () => {
  const { identify, reviews } = start();
  const tokens = Array.from({ length: 1_000 }, () => makeToken());
  expect(await Promise.all(tokens.map(identify))).toEqual(Array(1_000).fill(KNOWN));
  expect(reviews()).toBe(1);
  api.time.advance(60_000);
  await Promise.all(tokens.map(identify));
  await Promise.all(tokens.map(identify));
  expect(reviews()).toBe(2);
});

test('an account of the same name that was made anew is another one', async () => {
  const { identify, reviews } = start();
  api.review = () => (reviews() === 1 ? goodReview() : { authenticated: false });
  expect(await identify(makeToken())).toEqual(KNOWN);
  const bound = { namespace: 'agents', serviceaccount: { name: 'agent', uid: 'sa-0' }, pod: { uid: 'pod-1' } };
  expect(await identify(makeToken({ 'kubernetes.io': bound }))).toMatchObject(REFUSED);
});

test('when an account is deleted its tokens end within two minutes, though all its pods live', async () => {
  const { identify, reviews } = start();
  const tokens = Array.from({ length: 20 }, () => makeToken());
  await Promise.all(tokens.map(identify));
  api.review = () => ({ authenticated: false });
  api.time.advance(60_000);
  await Promise.all(tokens.map(identify));
  await untilInTime(api.time, async () => (await identify(tokens[0] ?? '')).outcome === 'refused', 'the first refusal');
  for (const verdict of await Promise.all(tokens.map(identify))) expect(verdict).toMatchObject(REFUSED);
  const before = reviews();
  await Promise.all(tokens.map(identify));
  expect(reviews()).toBe(before);
});

test('one token that is refused takes no other with it', async () => {
  const { identify } = start();
  const [gone, ...others] = Array.from({ length: 5 }, () => makeToken());
  api.review = (token) => (token === gone ? { authenticated: false } : goodReview());
  const verdicts = await Promise.all([gone ?? '', ...others].map(identify));
  expect(verdicts).toMatchObject([REFUSED, ...others.map(() => KNOWN)]);
  expect(await identify(gone ?? '')).toMatchObject(REFUSED);
});

test('made-up tokens cost the API server nothing but its keys once in five seconds', async () => {
  const { identify } = start();
  await identify(makeToken());
  api.asked.length = 0;
  for (let at = 0; at < 200; at += 1) {
    expect(await identify(makeToken({}, EC.privateKey))).toMatchObject(REFUSED);
    expect(await identify(makeToken({}, EC.privateKey, { kid: `made-up-${at}` }))).toMatchObject(REFUSED);
  }
  expect(api.asked).toEqual([]);
});

test('a key id is a name and nothing else', async () => {
  const { identify } = start();
  for (const kid of [
    '__proto__',
    'constructor',
    '../../etc/passwd',
    "' OR 1=1",
    'https://evil/jwks',
    '',
    'RSA',
    'rsa\u0000',
  ])
    expect(await identify(makeToken({}, EC.privateKey, { kid }))).toMatchObject(REFUSED);
  expect(api.asked.filter((path) => path === 'tokenreviews')).toEqual([]);
});

test('a token is good until it expires, also one that was remembered', async () => {
  const { identify } = start();
  const token = makeToken({ exp: Math.floor(api.time.wallMs() / 1000) + 100 });
  expect(await identify(token)).toEqual(KNOWN);
  api.time.advance(98_000);
  expect(await identify(token)).toEqual(KNOWN);
  api.time.advance(2_000);
  expect(await identify(token)).toEqual({ outcome: 'refused', why: 'it has expired' });
});

test('keys are rotated: tokens of the new one are taken, and those of the old one until it is withdrawn', async () => {
  const { identify } = start();
  const old = makeToken({ exp: Math.floor(api.time.wallMs() / 1000) + 7_200 });
  expect(await identify(old)).toEqual(KNOWN);
  const both = api.keys() as { readonly keys: readonly object[] };
  api.keys = () => ({ keys: [...both.keys, ...(publish({ new: EC.publicKey }) as typeof both).keys] });
  api.time.advance(5_001);
  expect(await identify(makeToken({}, EC.privateKey, { kid: 'new' }))).toEqual(KNOWN);
  expect(await identify(old)).toEqual(KNOWN);
  api.keys = () => publish({ new: EC.publicKey });
  api.time.advance(300_001);
  await untilInTime(api.time, async () => (await identify(old)).outcome === 'refused', 'the old key going');
  expect(await identify(old)).toEqual({ outcome: 'refused', why: 'it is not signed by a key of this cluster' });
});

test('while the API server is away all whose key is known go on until they expire, and others hear that nobody can tell', async () => {
  const { identify } = start();
  const [heard, unheard] = [makeToken(), makeToken()];
  expect(await identify(heard)).toEqual(KNOWN);
  api.keys = away;
  api.review = away;
  for (let minutes = 0; minutes < 58; minutes += 1) {
    api.time.advance(60_000);
    expect(await identify(heard)).toEqual(KNOWN);
    // An account that nobody has asked about yet stands by its signature.
    expect(await identify(unheard)).toEqual(KNOWN);
  }
  const stranger = makeToken({}, EC.privateKey, { kid: 'new' });
  expect(await identify(stranger)).toEqual({ outcome: 'unavailable' });
  api.time.advance(3 * 60_000);
  expect(await identify(heard)).toEqual({ outcome: 'refused', why: 'it has expired' });
});

test('where the keys were never read each token is reviewed, once', async () => {
  api.keys = away;
  const { identify, reviews } = start();
  const [one, other] = [makeToken(), makeToken()];
  api.review = (token) => (token === one ? goodReview() : { authenticated: false });
  for (let round = 0; round < 3; round += 1) {
    expect(await identify(one)).toEqual(KNOWN);
    expect(await identify(other)).toMatchObject(REFUSED);
  }
  expect(reviews()).toBe(2);
  api.review = away;
  expect(await identify(makeToken())).toEqual({ outcome: 'unavailable' });
  expect(await identify(one)).toEqual(KNOWN);
});

test('reviews that hang hold up nobody whose account was known', async () => {
  const { identify } = start();
  await identify(makeToken());
  api.review = () => new Promise(() => undefined);
  api.time.advance(60_001);
  expect(await identify(makeToken())).toEqual(KNOWN);
});
