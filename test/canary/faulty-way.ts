/** The way between nodes and a backend, which loses and delays what a plan says, and keeps the books. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** One record on its way, by the node and the time at which it was sent. */
export interface Passenger {
  readonly node: string;
  readonly sentMs: number;
}

/** What the way does to the records of a node. `loses` is asked once for each record, by its place among the node's own. */
export interface Plan {
  readonly delayMs: number;
  loses(place: number): boolean;
}

/** What became of a record; `arrivedMs` is when the backend had acknowledged it. */
export interface Fate extends Passenger {
  readonly lost: boolean;
  readonly arrivedMs: number | undefined;
}

/** A running way. A request carries the records of one node; it is acknowledged at once, so that no sender tries again. */
export interface FaultyWay {
  readonly url: string;
  /** The fates so far, each record once however often it was carried. */
  fates(node: string): readonly Fate[];
  stop(): Promise<void>;
}

/** What it is made of: `read` tells who is in a request. */
export interface WayOptions {
  readonly target: string;
  readonly plans: ReadonlyMap<string, Plan>;
  read(body: Buffer): readonly Passenger[];
}

/** Starts it on a free port. */
export async function startFaultyWay({ target, plans, read }: WayOptions): Promise<FaultyWay> {
  const books = new Map<string, Map<number, { fate: Fate }>>();
  const lanes = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  const carry = async (request: IncomingMessage, body: Buffer): Promise<void> => {
    const passengers = read(body);
    const [first] = passengers;
    if (first === undefined) return;
    const plan = plans.get(first.node);
    if (plan === undefined || passengers.some(({ node }) => node !== first.node))
      throw new Error(
        `a request of ${passengers.map(({ node }) => node).join(', ')}, which is no one node of the plan`,
      );
    const own = books.get(first.node) ?? new Map<number, { fate: Fate }>();
    books.set(first.node, own);
    const [page] = passengers.map((passenger) => {
      const known = own.get(passenger.sentMs);
      if (known !== undefined) return known;
      const made = { fate: { ...passenger, lost: plan.loses(own.size), arrivedMs: undefined } };
      own.set(passenger.sentMs, made);
      return made;
    });
    if (page === undefined || page.fate.lost) return;
    const due = sleep(plan.delayMs);
    // In order, as a backend may want it.
    const lane = (lanes.get(first.node) ?? Promise.resolve()).then(async () => {
      await due;
      await pass(`${target}${request.url}`, request, body);
      page.fate = { ...page.fate, arrivedMs: page.fate.arrivedMs ?? Date.now() };
    });
    lanes.set(
      first.node,
      lane.catch((error: unknown) => void failures.push(error)),
    );
  };
  const server = createServer((request, response) => {
    void buffer(request)
      .then((body) => carry(request, body))
      .then(
        () => response.writeHead(204).end(),
        (error: unknown) => {
          failures.push(error);
          response.writeHead(400).end(String(error));
        },
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fates: (node) => {
      if (failures.length > 0) throw new Error(`the way itself failed: ${String(failures[0])}`);
      return [...(books.get(node)?.values() ?? [])].map(({ fate }) => fate);
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const PASSED_ON = ['content-type', 'content-encoding', 'x-prometheus-remote-write-version'];

async function pass(url: string, { headers }: IncomingMessage, body: Buffer): Promise<void> {
  const own = PASSED_ON.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  const response = await fetch(url, { method: 'POST', headers: Object.fromEntries(own), body: new Uint8Array(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`the backend refused: ${response.status} ${text}`);
}
