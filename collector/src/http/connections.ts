/**
 * Bounds the connections of a server: a new one always gets in, at the cost of the one that is idle longest. Those of agents that have
 * proven who they are have a bound of their own, so that a fleet keeps its connections and no stranger is in its way.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Limits } from './limits.ts';

/** The connections of one server. */
export interface Connections {
  /** Books a request until its response is closed; false, with its connection cut, if too many wait on it already. */
  book(request: IncomingMessage, response: ServerResponse): boolean;
  /** Counts a connection among those of agents from now on. */
  vouch(request: IncomingMessage): void;
}

type Bounds = Pick<Limits, 'connections' | 'agentConnections' | 'pipelined'>;

/** By the client's address, which a TLS connection shares with the TCP one below it; in order of their last use. */
type Pool = Map<string, Socket>;

/** Watches the connections of a server from now on. */
export function boundConnections(server: Pick<Server, 'on'>, limits: Bounds): Connections {
  const strangers: Pool = new Map();
  const agents: Pool = new Map();
  const busy = new Map<string, number>();
  const enter = (socket: Socket): void => {
    keep(strangers, socket);
    if (strangers.size <= limits.connections) return;
    const oldest = findIdle(strangers, busy, socket);
    drop(strangers, oldest ?? socket);
  };
  server.on('connection', enter);
  server.on('secureConnection', enter);
  return {
    book: ({ socket }, response) => {
      const name = nameOf(socket);
      const waiting = (busy.get(name) ?? 0) + 1;
      busy.set(name, waiting);
      response.once('close', () => {
        leave(busy, name);
        for (const pool of [strangers, agents]) if (pool.delete(name) && !socket.destroyed) pool.set(name, socket);
      });
      if (waiting <= limits.pipelined) return true;
      stopParsing(socket);
      socket.destroy();
      return false;
    },
    vouch: ({ socket }) => {
      const name = nameOf(socket);
      if (socket.destroyed || !strangers.has(name)) return;
      if (agents.size >= limits.agentConnections) {
        const idle = findIdle(agents, busy, socket);
        if (idle === undefined) return;
        drop(agents, idle);
      }
      strangers.delete(name);
      keep(agents, socket);
    },
  };
}

function leave(busy: Map<string, number>, name: string): void {
  const left = (busy.get(name) ?? 1) - 1;
  if (left > 0) busy.set(name, left);
  else busy.delete(name);
}

function keep(pool: Pool, socket: Socket): void {
  const name = nameOf(socket);
  pool.set(name, socket);
  socket.once('close', () => {
    if (pool.get(name) === socket) pool.delete(name);
  });
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

/** The one that is idle longest, beside the newcomer. */
function findIdle(pool: Pool, busy: ReadonlyMap<string, number>, newcomer: Socket): Socket | undefined {
  for (const [name, socket] of pool) if (!busy.has(name) && socket !== newcomer) return socket;
  return undefined;
}

function drop(pool: Pool, socket: Socket): void {
  pool.delete(nameOf(socket));
  socket.destroy();
}
