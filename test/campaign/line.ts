/** The way from one collector to one API server: bytes in memory instead of TCP, with everything that a network does to them. */
import { Duplex } from 'node:stream';
import type { SimTime } from './sim-time.ts';

/** A way to a server. Faults may overlap: each `begin…` answers the function that ends it. */
export interface Line {
  /** What the collector dials. */
  dial(): Duplex;
  /** Cuts every connection inside what the server sends next, or after a second of silence. */
  cut(): void;
  /** Refuses new connections, and ends those that are there. */
  beginRefusal(): () => void;
  /** Nothing arrives any more, on neither side; with `probed` keepalive probes find that out, else nobody does. */
  beginHole(probed: boolean): () => void;
  /** Each connection's bytes come later, each by another time up to `mostMs`. */
  beginDelay(mostMs: number): () => void;
}

/** What a line is laid through. `accept` is the server's end. */
interface LineOptions {
  readonly time: SimTime;
  readonly chance: () => number;
  readonly accept: (connection: Duplex) => void;
}

interface Link {
  readonly client: Duplex;
  readonly server: Duplex;
  readonly delayed: (() => void)[];
  lost: boolean;
  armed: boolean;
  /** No byte comes before one that was sent earlier. */
  dueAt: number;
  lagMs: number;
}

interface State extends LineOptions {
  readonly links: Set<Link>;
  refusals: number;
  holes: number;
  readonly delays: Set<number>;
}

/** What Linux and the collector's own setting make of a dead peer: 15 s of silence and 10 probes a second apart. */
const PROBED_MS = 25_000;
const ARMED_MS = 1_000;

/** A line without faults. */
export function createLine(options: LineOptions): Line {
  const state: State = { ...options, links: new Set(), refusals: 0, holes: 0, delays: new Set() };
  const { time, chance } = state;
  return {
    dial: () => (state.refusals > 0 ? refuse() : open(state).client),
    cut: () => {
      for (const link of state.links) {
        link.armed = true;
        time.after(ARMED_MS, () => end(link, 'ECONNRESET'));
      }
    },
    beginRefusal: () => {
      state.refusals += 1;
      for (const link of state.links) end(link, 'ECONNRESET');
      return () => void (state.refusals -= 1);
    },
    beginHole: (probed) => {
      state.holes += 1;
      const lost = [...state.links];
      for (const link of lost) lose(link);
      const hangUp = (): void => lost.forEach((link) => end(link, 'ETIMEDOUT'));
      if (probed) time.after(PROBED_MS, hangUp);
      return () => void (state.holes -= 1);
    },
    beginDelay: (mostMs) => {
      state.delays.add(mostMs);
      for (const link of state.links) link.lagMs = Math.floor(chance() * mostMs);
      return () => {
        state.delays.delete(mostMs);
        if (state.delays.size === 0) for (const link of state.links) link.lagMs = 0;
      };
    },
  };
}

function refuse(): Duplex {
  const socket = createEnd({ write: () => undefined, end: () => undefined, close: () => undefined });
  process.nextTick(() => socket.destroy(fault('ECONNREFUSED')));
  return socket;
}

function open(state: State): Link {
  const { time, chance } = state;
  const later = (run: () => void): void => {
    time.stir();
    process.nextTick(run);
  };
  const client: Duplex = createEnd({
    write: (chunk) => later(() => void (link.lost || link.server.destroyed || link.server.push(chunk))),
    end: () => undefined,
    close: () => later(() => hangUp(state, link)),
  });
  const server: Duplex = createEnd({
    write: (chunk) => later(() => carry(state, link, () => deliver(link, chunk, chance))),
    end: () => later(() => carry(state, link, () => link.client.push(null))),
    close: () => later(() => carry(state, link, () => link.client.push(null))),
  });
  const most = Math.max(0, ...state.delays);
  const lagMs = Math.floor(most === 0 ? 0 : chance() * most);
  const link: Link = { client, server, delayed: [], lost: false, armed: false, dueAt: 0, lagMs };
  state.links.add(link);
  if (state.holes > 0) lose(link);
  else later(() => state.accept(server));
  time.stir();
  return link;
}

/** Brings something to the client, in order, as late as the link is. */
function carry({ time }: State, link: Link, bring: () => void): void {
  const run = (): void => {
    if (!link.lost && !link.client.destroyed) bring();
  };
  link.dueAt = Math.max(link.dueAt, time.now() + link.lagMs);
  if (link.dueAt <= time.now()) run();
  else
    time.after(link.dueAt - time.now(), () => {
      time.stir();
      run();
    });
}

function deliver(link: Link, chunk: Buffer, chance: () => number): void {
  if (!link.armed) return void link.client.push(chunk);
  link.client.push(chunk.subarray(0, Math.floor(chunk.length * chance())));
  // What was let through is read before the connection breaks.
  process.nextTick(() => end(link, 'ECONNRESET'));
}

/** The bytes of a lost link arrive nowhere; its server has given it up, its client does not know. */
function lose(link: Link): void {
  link.lost = true;
  link.server.destroy();
}

function end({ client }: Link, code: string): void {
  if (!client.destroyed) client.destroy(fault(code));
}

function hangUp({ links }: State, link: Link): void {
  links.delete(link);
  link.server.destroy();
}

function fault(code: string): Error {
  return Object.assign(new Error(`${code} (by the campaign)`), { code });
}

interface Wires {
  write(chunk: Buffer): void;
  end(): void;
  close(): void;
}

/** One end of a connection. Writing never blocks: what is written is on its way. */
function createEnd({ write, end: finish, close }: Wires): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      write(chunk);
      done();
    },
    final: (done) => {
      finish();
      done();
    },
    destroy: (error, done) => {
      close();
      done(error);
    },
  });
  // What node:http asks of a socket.
  const none = (): Duplex => duplex;
  return Object.assign(duplex, { setKeepAlive: none, setNoDelay: none, setTimeout: none, ref: none, unref: none });
}
