import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectSocket, Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadConnection, type Connection, type ConnectionOptions } from './connection.ts';
import { readBody } from '../requests/body.ts';
import { CA_CERT, CLIENT_CERT, CLIENT_KEY, SERVER_CERT, SERVER_KEY } from '../test-certificates.ts';
import { createFakeFiles } from '../test-files.ts';
import { createFakeTime } from '../test-time.ts';
import { answerJson, startServer, type Exchange, type ScriptedServer } from '../test-server.ts';

const opened: { stop?(): Promise<void>; close?(): void }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) {
    one.close?.();
    await one.stop?.();
  }
});

async function serve(script: (exchange: Exchange) => void, server?: Server): Promise<ScriptedServer> {
  const started = await startServer(script, server);
  opened.push(started);
  return started;
}

async function load(options: Partial<ConnectionOptions> & { files?: Record<string, string> }): Promise<Connection> {
  const time = createFakeTime();
  const readFile = createFakeFiles(options.files ?? {});
  const connection = await loadConnection({
    env: {},
    readFile,
    clock: time,
    timers: time,
    version: '1.2.3',
    ...options,
  });
  opened.push(connection);
  return connection;
}

function makeTlsServer(): Server {
  return createTlsServer({
    cert: SERVER_CERT,
    key: SERVER_KEY,
    ca: CA_CERT,
    requestCert: true,
    rejectUnauthorized: false,
  });
}

const PKI = { 'ca.crt': CA_CERT, 'client.crt': CLIENT_CERT, 'client.key': CLIENT_KEY };
const TRUST = { certificateAuthority: 'ca.crt', tlsServerName: 'api.example', files: PKI };

function echo(exchange: Exchange): void {
  const { method, headers, url, socket } = exchange.request;
  const client =
    'getPeerCertificate' in socket
      ? (socket as { getPeerCertificate(): { subject?: { CN?: string } } }).getPeerCertificate()
      : undefined;
  answerJson(exchange, 200, { method, url, headers, client: client?.subject?.CN });
}

async function ask(
  connection: Connection,
  request: Parameters<Connection['request']>[0],
): Promise<Record<string, unknown>> {
  return JSON.parse(String(await readBody(await connection.request(request)))) as Record<string, unknown>;
}

describe('a connection', () => {
  it('puts the path behind that of the server and says who it is', async () => {
    const server = await serve(echo);
    const connection = await load({ server: `${server.url}/k8s/c1/` });
    expect(await ask(connection, { path: '/api/v1/nodes?limit=1' })).toMatchObject({
      method: 'GET',
      url: '/k8s/c1/api/v1/nodes?limit=1',
      headers: { 'user-agent': 'rollcall/1.2.3', 'accept-encoding': 'identity' },
    });
  });

  it('sends token, impersonation and body', async () => {
    const server = await serve(echo);
    const config = `{contexts: [{name: c, context: {user: u}}], users: [{name: u, user: {token: t, as: me, as-groups: [a, b]}}]}`;
    const connection = await load({ server: server.url, kubeconfig: '/k', context: 'c', files: { '/k': config } });
    expect(
      await ask(connection, { path: '/x', method: 'PATCH', body: '"é"', headers: { 'Content-Type': 'x/y' } }),
    ).toMatchObject({
      method: 'PATCH',
      headers: {
        authorization: 'Bearer t',
        'impersonate-user': 'me',
        'impersonate-group': 'a, b',
        'content-length': '4',
        'content-type': 'x/y',
      },
    });
  });

  it('uses its socket again', async () => {
    const server = await serve(echo);
    const connection = await load({ server: server.url });
    for (let index = 0; index < 3; index++) await ask(connection, { path: '/x' });
    expect(new Set(server.exchanges.map(({ request }) => request.socket.remotePort)).size).toBe(1);
  });

  it('lets the kernel find dead peers within 30 s', async () => {
    const spy = vi.spyOn(Socket.prototype, 'setKeepAlive');
    const server = await serve(echo);
    await ask(await load({ server: server.url }), { path: '/x' });
    expect(spy).toHaveBeenCalledWith(true, 15_000);
    spy.mockRestore();
  });

  it('renews refused credentials and asks once more, but only once', async () => {
    const files = {
      '/k': '{contexts: [{name: c, context: {user: u}}], users: [{name: u, user: {tokenFile: t}}]}',
      '/t': 'old',
    };
    const server = await serve((exchange) => {
      if (exchange.request.headers.authorization === 'Bearer new') return answerJson(exchange, 200, {});
      files['/t'] = exchange.index < 1 ? 'new' : 'wrong';
      answerJson(exchange, 401, {});
    });
    const connection = await load({ server: server.url, kubeconfig: '/k', context: 'c', files });
    expect((await connection.request({ path: '/x' })).status).toBe(200);
    files['/t'] = 'wrong';
    const fresh = await load({ server: server.url, kubeconfig: '/k', context: 'c', files });
    expect((await fresh.request({ path: '/x' })).status).toBe(401);
    expect(server.exchanges).toHaveLength(4);
  });

  it('ends what runs when it is closed, and refuses what comes after', async () => {
    const server = await serve(() => undefined);
    const connection = await load({ server: server.url });
    const running = connection.request({ path: '/x' }).catch((error: unknown) => error);
    while (server.exchanges.length === 0) await new Promise((resolve) => setImmediate(resolve));
    connection.close();
    connection.close();
    expect(await running).toMatchObject({ code: 'Network' });
    await expect(connection.request({ path: '/x?a=secret' })).rejects.toThrow(/^GET \/x: the connection is closed$/);
  });

  it('says where nothing listens', async () => {
    const server = await startServer(echo);
    await server.stop();
    const connection = await load({ server: server.url });
    await expect(connection.request({ path: '/x' })).rejects.toMatchObject({
      code: 'Network',
      message: expect.stringContaining('nothing listens'),
    });
  });
});

describe('a TLS connection', () => {
  const url = (server: ScriptedServer): string => server.url.replace('http:', 'https:');

  it('trusts the given CA under the given name and shows its certificate', async () => {
    const server = await serve(echo, makeTlsServer());
    const connection = await load({
      ...TRUST,
      server: url(server),
      clientCertificate: 'client.crt',
      clientKey: 'client.key',
    });
    expect(await ask(connection, { path: '/x' })).toMatchObject({ client: 'rollcall-test-client' });
  });

  it.each([
    ['an unknown CA', { tlsServerName: 'api.example' }, /set certificate-authority/],
    ['another name', { certificateAuthority: 'ca.crt', files: PKI }, /set tls-server-name/],
  ])('is refused for %s, with the mend', async (_, trust, message) => {
    const server = await serve(echo, makeTlsServer());
    const connection = await load({ ...trust, server: url(server) });
    await expect(connection.request({ path: '/x' })).rejects.toMatchObject({
      code: 'Network',
      message: expect.stringMatching(message),
    });
  });

  it('trusts everybody when told to', async () => {
    const server = await serve(echo, makeTlsServer());
    const connection = await load({ server: url(server), insecureSkipTlsVerify: true });
    expect(await ask(connection, { path: '/x' })).toMatchObject({ url: '/x' });
  });
});

describe('a proxy', () => {
  function startProxy(tunnels: string[]): Promise<ScriptedServer> {
    const proxy = createPlainServer();
    proxy.on('connect', (request, client) => {
      tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      const port = Number(request.url?.split(':').at(-1));
      const upstream = connectSocket(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      client.on('error', () => upstream.destroy());
      client.on('close', () => upstream.destroy());
    });
    return serve(({ response, url }) => response.writeHead(200).end(JSON.stringify({ proxied: url.href })), proxy);
  }

  it('carries TLS through a tunnel, with password, client certificate and the CA of the cluster', async () => {
    const server = await serve(echo, makeTlsServer());
    const tunnels: string[] = [];
    const proxy = await startProxy(tunnels);
    const port = new URL(server.url).port;
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//me:pw@') };
    const client = { clientCertificate: 'client.crt', clientKey: 'client.key' };
    const connection = await load({ ...TRUST, ...client, server: `https://api.example:${port}`, env });
    expect(await ask(connection, { path: '/x' })).toMatchObject({ url: '/x', client: 'rollcall-test-client' });
    expect(tunnels).toEqual([`api.example:${port} Basic ${Buffer.from('me:pw').toString('base64')}`]);
  });

  it('gets plain requests with the whole address', async () => {
    const proxy = await startProxy([]);
    const connection = await load({ server: 'http://api.example:8080', env: { HTTP_PROXY: proxy.url } });
    expect(await ask(connection, { path: '/x' })).toEqual({ proxied: 'http://api.example:8080/x' });
  });
});
