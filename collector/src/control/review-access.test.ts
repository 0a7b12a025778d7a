import { KubeError, type Connection } from '@rollcall/kube';
import { Readable } from 'node:stream';
import { beforeEach, expect, test } from 'vitest';
import { createFakeTime, until, type FakeTime } from '../test-time.ts';
import { createAccessReviews, type AccessVerdict } from './review-access.ts';

interface Review {
  readonly kind: string;
  readonly spec: {
    readonly token?: string;
    readonly audiences?: readonly string[];
    readonly user?: string;
    readonly groups?: readonly string[];
    readonly nonResourceAttributes?: { readonly path: string; readonly verb: string };
  };
}

let time: FakeTime;
let reviews: Review[];
let warnings: string[];
let answer: (review: Review) => unknown;

const user = { username: 'prometheus', uid: 'u-1', groups: ['g'], extra: { pod: ['p'] } };

/** The API server of these tests: `good` belongs to prometheus, who may read /metrics. */
function answerWell({ kind, spec }: Review): object {
  if (kind === 'TokenReview') return spec.token === 'good' ? { authenticated: true, user } : { authenticated: false };
  return { allowed: spec.nonResourceAttributes?.path === '/metrics' && spec.nonResourceAttributes.verb === 'get' };
}

beforeEach(() => {
  time = createFakeTime();
  reviews = [];
  warnings = [];
  answer = answerWell;
});

function start(...audiences: readonly string[]) {
  const connection: Connection = {
    server: 'https://api',
    defaultNamespace: 'default',
    clock: time,
    timers: time,
    traits: { streamingList: true, protobuf: true },
    close: () => undefined,
    request: async ({ method, path, body }) => {
      const review = JSON.parse(String(body)) as Review;
      expect([method, path]).toEqual(['POST', expect.stringMatching(/^\/apis\/auth\w+\.k8s\.io\/v1\/\w+reviews$/)]);
      reviews.push(review);
      const text = JSON.stringify({ status: await answer(review) });
      return { status: 201, headers: {}, body: Readable.from([Buffer.from(text)]) as never };
    },
  };
  const log = {
    info: (_: object, text: string) => void warnings.push(text),
    warn: (_: object, text: string) => void warnings.push(text),
  };
  const judge = createAccessReviews({ connection, audiences, clock: time, log });
  return (token: string, path = '/metrics', verb = 'get'): Promise<AccessVerdict> => judge({ token, path, verb });
}

function kinds(): readonly string[] {
  return reviews.map(({ kind }) => kind);
}

test('a token is reviewed, then its bearer with all that the API server said of it', async () => {
  const judge = start();
  expect(await judge('good')).toEqual({ outcome: 'allowed', user: 'prometheus' });
  const { username, ...identity } = user;
  expect(reviews).toMatchObject([
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'good' } },
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: username, ...identity, nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    },
  ]);
  expect(reviews[0]?.spec.audiences).toBeUndefined();
});

test.each<[string, string, object | undefined, AccessVerdict]>([
  [
    'a token of nobody',
    'TokenReview',
    { authenticated: false, error: 'expired' },
    { outcome: 'unauthenticated', user: '' },
  ],
  [
    'a token of a user without name',
    'TokenReview',
    { authenticated: true, user: {} },
    { outcome: 'unauthenticated', user: '' },
  ],
  ['an answer without status', 'TokenReview', undefined, { outcome: 'unavailable', user: '' }],
  [
    'a right that is not there',
    'SubjectAccessReview',
    { allowed: false },
    { outcome: 'forbidden', user: 'prometheus' },
  ],
  [
    'a right that is denied',
    'SubjectAccessReview',
    { allowed: true, denied: true },
    { outcome: 'forbidden', user: 'prometheus' },
  ],
  [
    'a word that is no boolean',
    'SubjectAccessReview',
    { allowed: 'true' },
    { outcome: 'forbidden', user: 'prometheus' },
  ],
  ['no word about the right', 'SubjectAccessReview', undefined, { outcome: 'unavailable', user: 'prometheus' }],
])('%s', async (_, kind, status, verdict) => {
  const judge = start();
  answer = (review) => (review.kind === kind ? status : answerWell(review));
  expect(await judge('good')).toEqual(verdict);
});

test.each<[unknown, AccessVerdict['outcome']]>([
  [['rollcall'], 'allowed'],
  [['other', 'x'], 'allowed'],
  [['other'], 'unauthenticated'],
  [[], 'unauthenticated'],
  [undefined, 'unauthenticated'],
])('a token for the audiences %j is, to one that takes rollcall and x, %s', async (audiences, outcome) => {
  const judge = start('rollcall', 'x');
  answer = (review) => ({ ...answerWell(review), audiences });
  expect((await judge('good')).outcome).toBe(outcome);
  expect(reviews[0]?.spec.audiences).toEqual(['rollcall', 'x']);
});

test('what was said is good for 2 minutes, a refusal for 10 seconds', async () => {
  const judge = start();
  await judge('good');
  await judge('bad');
  await judge('good', '/secret');
  expect(kinds()).toHaveLength(4);
  time.advance(9_999);
  await Promise.all([judge('good'), judge('bad'), judge('good', '/secret')]);
  expect(kinds()).toHaveLength(4);
  time.advance(1);
  await judge('bad');
  await judge('good', '/secret');
  expect(kinds().slice(4)).toEqual(['TokenReview', 'SubjectAccessReview']);
  time.advance(109_999);
  await judge('good');
  expect(kinds()).toHaveLength(6);
  time.advance(1);
  await judge('good');
  expect(kinds().slice(6)).toEqual(['TokenReview', 'SubjectAccessReview']);
});

test('a hundred equal requests at once cost one review each', async () => {
  const judge = start();
  const all = await Promise.all(Array.from({ length: 100 }, () => judge('good')));
  expect(all.every(({ outcome }) => outcome === 'allowed')).toBe(true);
  expect(kinds()).toEqual(['TokenReview', 'SubjectAccessReview']);
});

test('each verb and each path is a question of its own', async () => {
  const judge = start();
  expect((await judge('good', '/metrics', 'get')).outcome).toBe('allowed');
  expect((await judge('good', '/metrics', 'post')).outcome).toBe('forbidden');
  expect((await judge('good', '/', 'get')).outcome).toBe('forbidden');
});

test('when the API server fails nobody gets in, which is logged once and forgotten at once', async () => {
  const judge = start();
  answer = () => {
    throw new KubeError('Network', 'cut');
  };
  for (let i = 0; i < 3; i++) expect(await judge('good')).toEqual({ outcome: 'unavailable', user: '' });
  expect(warnings).toEqual(['clients cannot be authenticated, and are answered 503 until they can']);
  answer = answerWell;
  expect((await judge('good')).outcome).toBe('allowed');
  expect(warnings.slice(1)).toEqual(['clients can be authenticated again']);
});

test('a flood of made-up tokens is at most 16 reviews at once, and those who wait get their turn', async () => {
  const judge = start();
  const release: (() => void)[] = [];
  answer = async (review) => {
    await new Promise<void>((resolve) => release.push(resolve));
    return answerWell(review);
  };
  const flood = Array.from({ length: 100 }, (_, index) => judge(`bad-${index}`));
  const last = judge('good');
  await until(() => reviews.length >= 16, 'the first reviews');
  let most = 0;
  void last.then(() => undefined);
  while (reviews.length < 102 || release.length > 0) {
    most = Math.max(most, release.length);
    release.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBe(16);
  expect((await last).outcome).toBe('allowed');
  expect(new Set((await Promise.all(flood)).map(({ outcome }) => outcome))).toEqual(new Set(['unauthenticated']));
});
