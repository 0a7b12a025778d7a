/** Receivers for tests, on 127.0.0.1: one that takes what is posted (Slack's, PagerDuty's and plain webhooks alike), and one that takes mail. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** What was posted, in order. */
export interface Posted {
  /** Behind the first slash of the path. */
  readonly to: string;
  readonly body: unknown;
}

/** A sink; the test that opened it closes it. */
export interface Sink<Item> {
  readonly port: number;
  readonly got: readonly Item[];
  readonly close: () => Promise<void>;
}

/** Takes every POST: as PagerDuty it answers 202, else 200 as Slack does. */
export async function openWebSink(): Promise<Sink<Posted>> {
  const got: Posted[] = [];
  const server = createHttpServer((request, response) => {
    void text(request).then((body) => {
      const to = (request.url ?? '/').slice(1);
      got.push({ to, body: JSON.parse(body) as unknown });
      response.statusCode = to.startsWith('v2/') ? 202 : 200;
      response.end(to.startsWith('v2/') ? '{"status":"success"}' : 'ok');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, got, close };
}

/** Takes every mail, without TLS and authentication; each is its whole text, headers first. */
export async function openMailSink(): Promise<Sink<string>> {
  const got: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    talk(socket, (mail) => got.push(mail));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, got, close };
}

/** As much of RFC 5321 as a sender without extensions needs. */
function talk(socket: Socket, take: (mail: string) => void): void {
  let unread = '';
  let mail: string | undefined;
  socket.setEncoding('utf8').on('error', () => socket.destroy());
  socket.write('220 sink\r\n');
  socket.on('data', (chunk: string) => {
    unread += chunk;
    const lines = unread.split('\r\n');
    unread = lines.pop() ?? '';
    for (const line of lines) hear(line);
  });

  function hear(line: string): void {
    if (mail === undefined) {
      if (line === 'DATA') mail = '';
      socket.write(line === 'DATA' ? '354 go on\r\n' : line === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
    } else if (line === '.') {
      take(mail);
      mail = undefined;
      socket.write('250 ok\r\n');
    } else mail += `${line.replace(/^\.\./, '.')}\n`;
  }
}
