/** Bounds the connections of a server: a new one always gets in, at the cost of the one that is idle longest. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

/** The connections of one server. */
export interface Connections {
  /** Books a request until its response is closed; false, with its connection cut, if too many wait on it already. */
  book(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Watches the connections of a server from now on. */
export function boundConnections(
  server: Server,
  { connections, pipelined }: Pick<Limits, 'connections' | 'pipelined'>,
): Connections {
  // By the client's address, which a TLS connection shares with the TCP one below it; in order of their last use.
  const open = new Map<string, Socket>();
  const busy = new Map<string, number>();
  const enter = (socket: Socket): void => {
    const name = nameOf(socket);
    open.set(name, socket);
    socket.once('close', () => {
      if (open.get(name) === socket) open.delete(name);
    });
    if (open.size > connections) evict(open, busy, socket);
  };
  server.on('connection', enter);
  server.on('secureConnection', enter);
  return {
    book: ({ socket }, response) => {
      const name = nameOf(socket);
      const waiting = (busy.get(name) ?? 0) + 1;
      busy.set(name, waiting);
      response.once('close', () => {
        const left = (busy.get(name) ?? 1) - 1;
        if (left > 0) busy.set(name, left);
        else busy.delete(name);
        if (open.delete(name) && !socket.destroyed) open.set(name, socket);
      });
      if (waiting <= pipelined) return true;
      stopParsing(socket);
      socket.destroy();
      return false;
    },
  };
}

/**
 * A chunk of 64 KiB holds a thousand requests, and Node parses it to its end even when the connection is gone: for some hundred such
 * connections that takes seconds. 2 is how its parser is told of an upgrade, behind which nothing is parsed. Node documents none of
 * this; where it is otherwise the rest is parsed in vain.
 */
function stopParsing(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser === 'object' && parser !== null) Reflect.set(parser, 'onIncoming', () => 2);
}

function nameOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function evict(open: Map<string, Socket>, busy: ReadonlyMap<string, number>, newcomer: Socket): void {
  for (const [name, socket] of open) {
    if (busy.has(name) || socket === newcomer) continue;
    open.delete(name);
    socket.destroy();
    return;
  }
  newcomer.destroy();
}
