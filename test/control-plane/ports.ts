/** Free loopback ports for the programs under test. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

// Below every range from which kernels take the ports of outgoing connections (Linux: 32768 on): one of those can be taken by any
// connection between the moment at which it was found free and the moment at which its program listens.
const LOWEST = 10_000;
const HIGHEST = 32_000;
const TRIES = 200;

/** For each name a port of 127.0.0.1 that nobody listens on now; all are held until all are known, so none is given twice. */
export async function findFreePorts<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const held = await Promise.all(names.map(async (name) => ({ name, ...(await holdPort()) })));
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(held.map(({ name, port }) => [name, port])) as Record<Name, number>;
}

async function holdPort(): Promise<{ readonly server: Server; readonly port: number }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = createServer();
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return { server, port };
    } catch {
      // Somebody listens there: another one.
    }
  }
  throw new Error(`no free port of 127.0.0.1 from ${LOWEST} to ${HIGHEST} in ${TRIES} tries; end what listens there`);
}
