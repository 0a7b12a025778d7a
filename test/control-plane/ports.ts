/** Free loopback ports for the programs under test. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** For each name a port of 127.0.0.1 that nobody listens on now; all are held until all are known, so none is given twice. */
export async function findFreePorts<Name extends string>(
  names: readonly Name[],
): Promise<Readonly<Record<Name, number>>> {
  const held = await Promise.all(
    names.map(async (name) => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { name, server, port: (server.address() as AddressInfo).port };
    }),
  );
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(held.map(({ name, port }) => [name, port])) as Record<Name, number>;
}
