/** The small server of a canary: /metrics and /healthz. */
import type { AddressInfo } from 'node:net';

/** Listens, or rejects with what the system says. */
export async function listenForScrapes(
  { host, port }: { readonly host: string; readonly port: number },
  exposition: () => string,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  // Not by `import`: the ESM face of node:http evaluates the lazily loaded undici, 15 MB and 100 ms for nothing.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' || (path !== '/metrics' && path !== '/healthz'))
      response.writeHead(404).end('GET /metrics or /healthz\n');
    else if (path === '/healthz') response.end('ok\n');
    else response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(exposition());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { address, port: taken, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
