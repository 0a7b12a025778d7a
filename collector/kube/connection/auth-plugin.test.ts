import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeTime, until } from '../test-time.ts';
import { createCredentials, type Credentials } from './credentials.ts';
import { findTarget } from './find-target.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-plugin-'));
});

afterEach(() => rm(directory, { recursive: true }));

async function openWith(user: string, time = createFakeTime()): Promise<Credentials> {
  const kubeconfig = join(directory, 'config');
  const cluster = '{server: "https://k", certificate-authority-data: "LS0tLS1CRUdJTiBY"}';
  await writeFile(
    kubeconfig,
    `{current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], clusters: [{name: k, cluster: ${cluster}}], users: [{name: u, user: {${user}}}]}`,
  );
  const read = (path: string): Promise<string> => readFile(path, 'utf8');
  const target = await findTarget({ kubeconfig, env: {}, readFile: read });
  return createCredentials(target, { readFile: read, clock: time, timers: time });
}

async function writeProgram(body: string): Promise<void> {
  const path = join(directory, 'plugin');
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

const answer = (status: string): string =>
  `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}'`;
const EXEC = 'apiVersion: client.authentication.k8s.io/v1, interactiveMode: IfAvailable';

describe('a program that makes credentials', () => {
  it('gives its token, called beside the kubeconfig with arguments, environment and what it must know', async () => {
    await writeProgram(`${answer(`{"token":"'"$1-$REGION"'"}`)}\necho "$KUBERNETES_EXEC_INFO" > '${directory}/info'`);
    const credentials = await openWith(
      `exec: {${EXEC}, command: ./plugin, args: [arg], env: [{name: REGION, value: east}], provideClusterInfo: true}`,
    );
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer arg-east' });
    expect(JSON.parse(await readFile(join(directory, 'info'), 'utf8'))).toEqual({
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      spec: { interactive: false, cluster: { server: 'https://k', 'certificate-authority-data': 'LS0tLS1CRUdJTiBY' } },
    });
  });

  it('gives its certificate', async () => {
    await writeProgram(answer('{"clientCertificateData":"CERT","clientKeyData":"KEY"}'));
    const credentials = await openWith(`exec: {${EXEC}, command: ./plugin}`);
    expect((await credentials.current()).tls).toEqual({ ca: '-----BEGIN X', cert: 'CERT', key: 'KEY' });
  });

  it('is called again only when the server refused what it gave', async () => {
    await writeProgram(`echo x >> '${directory}/calls'\n${answer(`{"token":"'"$(wc -l < '${directory}/calls')"'"}`)}`);
    const credentials = await openWith(`exec: {${EXEC}, command: ./plugin}`);
    const first = await credentials.current();
    expect(await credentials.current()).toBe(first);
    expect(first.headers['Authorization']).toMatch(/^Bearer\s+1$/);
    expect(credentials.renew(first)).toBe(true);
    expect((await credentials.current()).headers['Authorization']).toMatch(/^Bearer\s+2$/);
  });

  it.each([
    [
      'fails',
      'echo "login first" >&2; exit 1',
      /users\[u\]\.user\.exec \(\.\/plugin\): login first: run it by hand to see why$/,
    ],
    ['says nothing of use', 'echo "{\\"status\\":{}}"', /it made no credentials/],
    ['talks nonsense', 'echo nonsense', /JSON/],
  ])('is named when it %s', async (_, body, message) => {
    await writeProgram(body);
    const credentials = await openWith(`exec: {${EXEC}, command: ./plugin}`);
    await expect(credentials.current()).rejects.toMatchObject({
      code: 'Unauthorized',
      message: expect.stringMatching(message),
    });
  });

  it('is not waited for longer than two minutes', async () => {
    await writeProgram('exec sleep 1');
    const time = createFakeTime();
    const credentials = await openWith(`exec: {${EXEC}, command: ./plugin}`, time);
    const asked = credentials.current().catch((error: unknown) => error);
    await until(() => time.pending().includes(120_000));
    time.advance(120_000);
    expect(await asked).toMatchObject({
      code: 'Unauthorized',
      message: expect.stringContaining('no answer within 120 s'),
    });
  });

  it('is named with its install hint when it is not there', async () => {
    const credentials = await openWith(`exec: {${EXEC}, command: ./plugin, installHint: "get it at x.example"}`);
    await expect(credentials.current()).rejects.toThrow(/ENOENT: get it at x\.example$/);
  });
});

describe('a plugin is refused before anything is sent:', () => {
  it.each([
    ['exec: {}', 'users[u].user.exec.command is missing'],
    ['exec: {command: x, interactiveMode: Always}', 'users[u].user.exec.interactiveMode is "Always"'],
    ['exec: {command: x, env: [x]}', 'users[u].user.exec.env is no list of name and value'],
    ['exec: {command: x, args: [1]}', 'users[u].user.exec.args is a list: write a list of texts'],
    ['auth-provider: {name: ldap}', 'users[u].user.auth-provider.name is "ldap": use one of azure, gcp, oidc'],
  ])('%s', async (user, message) => {
    await expect(openWith(user)).rejects.toMatchObject({ code: 'Config', message: expect.stringContaining(message) });
  });
});

describe('an auth provider', () => {
  it('gives its token', async () => {
    const credentials = await openWith(
      'auth-provider: {name: gcp, config: {access-token: t, expiry: "2999-01-01T00:00:00Z"}}',
    );
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer t' });
  });
});
