import { describe, expect, it } from 'vitest';
import { createCredentials, type Credentials } from './credentials.ts';
import { findTarget } from './find-target.ts';
import { createFakeFiles } from '../test-files.ts';
import { createFakeTime, type FakeTime } from '../test-time.ts';

async function openWith(
  user: string,
  files: Record<string, string> = {},
): Promise<{ credentials: Credentials; time: FakeTime; files: Record<string, string> }> {
  const time = createFakeTime();
  files['/config'] =
    `{current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], clusters: [{name: k, cluster: {server: "https://k"}}], users: [{name: u, user: {${user}}}]}`;
  const readFile = createFakeFiles(files);
  const target = await findTarget({ kubeconfig: '/config', env: {}, readFile });
  return { credentials: createCredentials(target, { readFile, clock: time, timers: time }), time, files };
}

const bearer = async (credentials: Credentials): Promise<unknown> =>
  (await credentials.current()).headers['Authorization'];

describe('a token file', () => {
  it('is read again after a minute, not before', async () => {
    const { credentials, time, files } = await openWith('tokenFile: t', { '/t': 'one\n' });
    expect(await bearer(credentials)).toBe('Bearer one');
    files['/t'] = 'two';
    time.advance(59_999);
    expect(await bearer(credentials)).toBe('Bearer one');
    time.advance(1);
    expect(await bearer(credentials)).toBe('Bearer two');
  });

  it('is read again at once when the server refused the token', async () => {
    const { credentials, files } = await openWith('tokenFile: t', { '/t': 'one' });
    const used = await credentials.current();
    files['/t'] = 'two';
    expect(credentials.renew(used)).toBe(true);
    expect(await bearer(credentials)).toBe('Bearer two');
  });

  it('is not read again for the refusal of a token that was replaced meanwhile', async () => {
    const { credentials, files } = await openWith('tokenFile: t', { '/t': 'one' });
    const used = await credentials.current();
    files['/t'] = 'two';
    credentials.renew(used);
    await credentials.current();
    files['/t'] = 'three';
    expect(credentials.renew(used)).toBe(true);
    expect(await bearer(credentials)).toBe('Bearer two');
  });

  it('keeps its last good token while it cannot be read, unless that was refused', async () => {
    const { credentials, time, files } = await openWith('tokenFile: t', { '/t': 'one' });
    const used = await credentials.current();
    delete files['/t'];
    time.advance(60_000);
    expect(await bearer(credentials)).toBe('Bearer one');
    credentials.renew(used);
    await expect(credentials.current()).rejects.toThrow('/t: tokenFile cannot be read');
  });

  it('is read once for many requests at the same time', async () => {
    const { credentials } = await openWith('tokenFile: t', { '/t': 'one' });
    const [one, two] = await Promise.all([credentials.current(), credentials.current()]);
    expect(one).toBe(two);
  });

  it.each([
    ['', 'the token is empty'],
    ['a\nsecret', 'the token is not one line of plain characters'],
  ])('is refused when it holds %j', async (text, message) => {
    const { credentials } = await openWith('tokenFile: t', { '/t': text });
    await expect(credentials.current()).rejects.toThrow(message);
    await expect(credentials.current()).rejects.not.toThrow('secret');
  });
});

describe('credentials that cannot change', () => {
  it('are not asked for again when refused', async () => {
    const { credentials, time } = await openWith('token: fixed, as: other');
    const used = await credentials.current();
    expect(used.headers).toEqual({ Authorization: 'Bearer fixed', 'Impersonate-User': 'other' });
    expect(credentials.renew(used)).toBe(false);
    time.advance(3_600_000);
    expect(await credentials.current()).toBe(used);
  });
});

describe('certificate files', () => {
  it('are read again too', async () => {
    const { credentials, time, files } = await openWith('client-certificate: c, client-key: k', {
      '/c': 'C1',
      '/k': 'K1',
    });
    expect((await credentials.current()).tls).toEqual({ cert: 'C1', key: 'K1' });
    files['/c'] = 'C2';
    time.advance(60_000);
    expect((await credentials.current()).tls).toEqual({ cert: 'C2', key: 'K1' });
  });

  it('are named when they cannot be read', async () => {
    const { credentials } = await openWith('client-certificate: c, client-key: k', { '/c': 'C1' });
    await expect(credentials.current()).rejects.toThrow(
      "/k: client-key cannot be read: correct the path or the file's rights",
    );
  });
});
