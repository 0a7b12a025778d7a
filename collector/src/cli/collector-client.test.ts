import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ONE, TWO } from '../http/test-certificates.ts';
import { createCollectorClient, findServerFault } from './collector-client.ts';
import { answer, startTestCollector, type Script, type TestCollector } from './test-collector.ts';

let folder: string;
let server: TestCollector | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollcall-client-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => server?.stop());

async function put(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function serve(script: Script, tls?: Parameters<typeof startTestCollector>[1]): Promise<string> {
  server = await startTestCollector(script, tls);
  return server.url;
}

const ok: Script = (_, response) => answer(response, { fine: true });

test('a document is parsed, one that is not there is undefined', async () => {
  const url = await serve((request, response) =>
    answer(response, { url: request.url }, request.url === '/a' ? 200 : 404),
  );
  const client = createCollectorClient(`${url}/`, {});
  expect(await client.get('/a')).toEqual({ url: '/a' });
  expect(await client.get('/b')).toBeUndefined();
});

test('the token is shown as it is in its file at the time of the request', async () => {
  const url = await serve(ok);
  const path = await put('token', 'first\n');
  const client = createCollectorClient(url, { 'token-file': path });
  await client.get('/');
  await put('token', 'second');
  await client.get('/');
  expect(server?.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
});

test('a certificate is believed by its authority alone', async () => {
  const url = await serve(ok, ONE);
  const right = createCollectorClient(url, { 'certificate-authority': await put('one.crt', ONE.cert) });
  expect(await right.get('/')).toEqual({ fine: true });
  const wrong = createCollectorClient(url, { 'certificate-authority': await put('two.crt', TWO.cert) });
  await expect(wrong.get('/')).rejects.toThrow('its certificate is not trusted; name its authority');
  await expect(createCollectorClient(url, {}).get('/')).rejects.toThrow('--certificate-authority');
  const plain = createCollectorClient(url.replace('https', 'http'), {});
  await expect(plain.get('/')).rejects.toThrow(url.replace('https', 'http'));
});

test('a certificate for another name than that in the address is believed by the name that is given', async () => {
  const url = await serve(ok, ONE);
  const authority = { 'certificate-authority': await put('one.crt', ONE.cert) };
  const named = createCollectorClient(url, { ...authority, 'tls-server-name': 'localhost' });
  expect(await named.get('/')).toEqual({ fine: true });
  const misnamed = createCollectorClient(url, { ...authority, 'tls-server-name': 'rollcall.elsewhere.svc' });
  await expect(misnamed.get('/')).rejects.toThrow('say for which with --tls-server-name');
});

test('TLS to a server that speaks none says so', async () => {
  const url = (await serve(ok)).replace('http', 'https');
  await expect(createCollectorClient(url, {}).get('/')).rejects.toThrow('write http:// instead of https://');
});

test.each([
  [401, 'who are you?', /answers 401: who are you\? Show it a token: --token-file FILE/],
  [403, 'You may not.', /answers 403: You may not\./],
  [503, 'later', /answers 503: later$/],
])('a refusal with %d is told in the words of the server', async (status, detail, error) => {
  const url = await serve((_, response) => answer(response, { detail }, status));
  await expect(createCollectorClient(url, {}).get('/')).rejects.toThrow(error);
  await expect(createCollectorClient(url, {}).open('/', {}, new AbortController().signal)).rejects.toThrow(error);
});

test('what is no collector is doubted', async () => {
  const url = await serve((_, response) => response.end('<html>'));
  await expect(createCollectorClient(url, {}).get('/')).rejects.toThrow('is it a Rollcall collector?');
});

test('a file that cannot be read is named with its flag', async () => {
  const client = createCollectorClient('http://127.0.0.1:1', { 'token-file': '/nowhere/token' });
  await expect(client.get('/')).rejects.toThrow('--token-file: cannot read /nowhere/token');
});

test.each([
  ['127.0.0.1:8090', undefined, 'is no address'],
  ['ftp://a', undefined, 'is no address'],
  ['http://rollcall.example.org', 'token', 'would get the token unencrypted'],
  ['http://127.0.0.1:8090', 'token', undefined],
  ['http://[::1]:8090', 'token', undefined],
  ['https://rollcall.example.org', 'token', undefined],
  ['http://rollcall.example.org', undefined, undefined],
])('the address %s with the token file %s: %s', (address, token, fault) => {
  const found = findServerFault(address, { 'token-file': token });
  expect(found === undefined ? undefined : found.includes(fault ?? '?')).toBe(fault === undefined ? undefined : true);
});
