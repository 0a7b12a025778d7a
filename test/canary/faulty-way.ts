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

/** A running way. A request carries one record; it is acknowledged at once, so that no sender tries again. */
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
export async function startFaultyWay(options: WayOptions): Promise<FaultyWay> {
  const state: State = { books: new Map(), lanes: new Map(), failures: [] };
  const server = createServer((request, response) => {
    void buffer(request)
      .then((body) => carry(state, options, { request, body }))
      .then(
        () => response.writeHead(204).end(),
        (error: unknown) => {
          state.failures.push(error);
          response.writeHead(400).end(String(error));
        },
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fates: (node) => {
      if (state.failures.length > 0) throw new Error(`the way itself failed: ${String(state.failures[0])}`);
      return [...(state.books.get(node)?.values() ?? [])].map(({ fate }) => fate);
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A page of the books. */
interface Entry {
  fate: Fate;
}

interface State {
  /** By node, then by the time at which a record was sent. */
  readonly books: Map<string, Map<number, Entry>>;
  /** What is still on its way of each node. */
  readonly lanes: Map<string, Promise<void>>;
  readonly failures: unknown[];
}

interface Load {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

function carry(state: State, { target, plans, read }: WayOptions, { request, body }: Load): void {
  const passengers = read(body);
  const [first] = passengers;
  if (first === undefined) return;
  const plan = plans.get(first.node);
  if (plan === undefined || passengers.length > 1)
    throw new Error(`a request of ${passengers.map(({ node }) => node).join(', ')}, and not of one node of the plan`);
  const entry = enter(state, plan, first);
  if (entry.fate.lost) return;
  const due = sleep(plan.delayMs);
  // In order, as a backend may want it.
  const lane = (state.lanes.get(first.node) ?? Promise.resolve()).then(async () => {
    await due;
    await pass(`${target}${request.url ?? ''}`, request, body);
    entry.fate = { ...entry.fate, arrivedMs: entry.fate.arrivedMs ?? Date.now() };
  });
  state.lanes.set(
    first.node,
    lane.catch((error: unknown) => void state.failures.push(error)),
  );
}

/** A record that comes again has the fate that it had. */
function enter({ books }: State, plan: Plan, passenger: Passenger): Entry {
  let own = books.get(passenger.node);
  if (own === undefined) books.set(passenger.node, (own = new Map()));
  let entry = own.get(passenger.sentMs);
  if (entry === undefined) {
    entry = { fate: { ...passenger, lost: plan.loses(own.size), arrivedMs: undefined } };
    own.set(passenger.sentMs, entry);
  }
  return entry;
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
