import { beforeEach, expect, test } from 'vitest';
import { until, untilInTime } from '../test-time.ts';
import { followIssuer } from './issuer-keys.ts';
import { createTestIssuer, EC, publish, RSA, type TestIssuer } from './test-issuer.ts';

let api: TestIssuer;
beforeEach(() => (api = createTestIssuer()));

function start() {
  const find = followIssuer({ connection: api.connection, clock: api.time, log: api.log });
  const kidsFor = async (kid: string): Promise<readonly string[] | undefined> => {
    const issuer = await find(kid);
    return issuer && [...issuer.keys.keys()];
  };
  const reads = (): number => api.asked.filter((path) => path === 'jwks').length;
  return { kidsFor, reads };
}

test('keys are read once, however many ask for them, and anew after five minutes', async () => {
  const { kidsFor, reads } = start();
  expect(await Promise.all(Array.from({ length: 50 }, () => kidsFor('rsa')))).toEqual(Array(50).fill(['rsa']));
  api.time.advance(300_000);
  await kidsFor('rsa');
  expect(reads()).toBe(1);
  api.time.advance(1);
  await kidsFor('rsa');
  expect(reads()).toBe(2);
});

test('made-up key ids make us ask once in five seconds, no more', async () => {
  const { kidsFor, reads } = start();
  for (let at = 0; at < 100; at += 1) {
    expect(await kidsFor(`made-up-${at}`)).toEqual(['rsa']);
    api.time.advance(100);
  }
  expect(reads()).toBe(2);
});

test('a key that is new is found, and one that is gone goes', async () => {
  const { kidsFor } = start();
  expect(await kidsFor('rsa')).toEqual(['rsa']);
  api.keys = () => publish({ rsa: RSA.publicKey, new: EC.publicKey });
  api.time.advance(5_001);
  expect(await kidsFor('new')).toEqual(['rsa', 'new']);
  api.keys = () => publish({ new: EC.publicKey });
  api.time.advance(300_001);
  await kidsFor('rsa');
  await until(async () => (await kidsFor('new'))?.join() === 'new', 'the old key going');
});

test('while the API server is away known keys go on, of others nobody can tell, and it is asked again every five seconds', async () => {
  const { kidsFor, reads } = start();
  await kidsFor('rsa');
  const { keys } = api;
  api.keys = () => {
    throw new Error('ECONNREFUSED');
  };
  api.time.advance(3_600_000);
  expect(await kidsFor('rsa')).toEqual(['rsa']);
  expect(await kidsFor('new')).toBeUndefined();
  expect(await kidsFor('rsa')).toEqual(['rsa']);
  expect(api.warnings).toHaveLength(1);
  api.keys = keys;
  const before = reads();
  api.time.advance(5_001);
  await kidsFor('rsa');
  expect([reads() - before, await kidsFor('new')]).toEqual([1, ['rsa']]);
});

test.each<[string, unknown]>([
  ['no JSON', '<html>login</html>'],
  ['nothing', ''],
  ['null', 'null'],
  ['no list', { keys: { rsa: {} } }],
  ['too deep', '['.repeat(100_000)],
])('keys that are %s are none', async (_, document) => {
  api.keys = () => document;
  const { kidsFor } = start();
  expect(await kidsFor('rsa')).toBeUndefined();
  expect(api.warnings).toEqual([expect.stringMatching(/keys cannot be read/)]);
});

test('of keys those that are odd are left out, secrets above all, and of very many the first', async () => {
  const odd = [
    null,
    'rsa',
    { kid: 'no-type' },
    { kid: 'secret', kty: 'oct', k: 'AAAA' },
    { kid: 'broken', kty: 'RSA', e: 'AQAB' },
    { kid: 7, ...EC.publicKey.export({ format: 'jwk' }) },
  ];
  api.keys = () => ({ keys: [...odd, ...Array(100).fill({ kid: 'ec', ...EC.publicKey.export({ format: 'jwk' }) })] });
  const { kidsFor } = start();
  expect(await kidsFor('ec')).toEqual(['ec']);
});

test('an API server that hangs is given up after five seconds, and who knows its key does not wait', async () => {
  const { kidsFor } = start();
  await kidsFor('rsa');
  api.keys = () => new Promise(() => undefined);
  api.time.advance(300_001);
  expect(await kidsFor('rsa')).toEqual(['rsa']);
  let answer: unknown = 'none yet';
  void kidsFor('new').then((kids) => (answer = kids));
  const begin = api.time.monoMs();
  await untilInTime(api.time, () => answer !== 'none yet', 'the keys being given up');
  expect(answer).toBeUndefined();
  expect(api.time.monoMs() - begin).toBeLessThanOrEqual(6_000);
});
