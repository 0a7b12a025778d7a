/** The daemon's processes on all nodes of a scene: each ships telemetry to a backend over HTTP, and posts what came of it to the collector. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HeartbeatReport } from '@rollcall/contract';
import { heartbeat, requestToken, send } from '../e2e/senders.ts';
import type { ScenePod } from './pod-script.ts';
import type { Stage } from './stage.ts';

/** What tests do to them. They are many and all alike. */
export interface Agents {
  /** One in each pod of the daemon; returns when each was heard twice. */
  readonly begin: () => Promise<void>;
  /** From now on the backend answers so; undefined: it is down. */
  readonly answer: (status: number | undefined) => Promise<void>;
  /** From now on they are connected to so many of ten peers. */
  readonly connect: (peers: number) => void;
  /** From now on what the backend acknowledges of the first so many was written so long ago, in milliseconds: they have a backlog. */
  readonly fallBehind: (ms: number, first: number) => void;
  /** They hang: they live, and say nothing. */
  readonly hang: () => void;
  readonly goOn: () => void;
  /** How long the network takes for each of their requests, in milliseconds; 0 at first. */
  readonly delay: (ms: number) => void;
  readonly end: () => Promise<void>;
}

/** How often each reports. */
export const REPORT_MS = 2_000;

interface World {
  server: Server | undefined;
  url: string;
  status: number;
  peers: number;
  hangs: boolean;
  delayMs: number;
  backlogMs: number;
  behind: number;
}

interface Agent {
  readonly index: number;
  readonly node: string;
  readonly token: string;
  sequence: number;
  sent: number;
  failures: number;
  last: string;
  ackedThrough: number;
}

/** What the agents need of the scene that they play in. */
interface Place {
  readonly stage: Stage;
  readonly namespace: string;
  readonly pods: () => Promise<readonly ScenePod[]>;
}

/** Nobody runs yet; `scene` is asked when they begin. */
export function createAgents(scene: () => Place): Agents {
  const world: World = {
    server: undefined,
    url: '',
    status: 200,
    peers: 10,
    hangs: false,
    delayMs: 0,
    backlogMs: 0,
    behind: 0,
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: async () => {
      await openBackend(world);
      const agents = await placeAgents(scene());
      const { url } = scene().stage.collector;
      const round = (): Promise<unknown> => Promise.all(agents.map((agent) => report(world, agent, url)));
      await round();
      await round();
      timer = setInterval(() => void round(), REPORT_MS);
    },
    answer: async (status) => {
      if (status === undefined) closeBackend(world);
      else if (world.server === undefined) await openBackend(world);
      world.status = status ?? world.status;
    },
    connect: (peers) => void (world.peers = peers),
    fallBehind: (backlogMs, behind) => void Object.assign(world, { backlogMs, behind }),
    hang: () => void (world.hangs = true),
    goOn: () => void (world.hangs = false),
    delay: (ms) => void (world.delayMs = ms),
    end: async () => {
      clearInterval(timer);
      closeBackend(world);
    },
  };
}

async function openBackend(world: World): Promise<void> {
  const port = world.url === '' ? 0 : Number(new URL(world.url).port);
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(world.status).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  world.server = server;
  world.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
}

function closeBackend(world: World): void {
  world.server?.closeAllConnections();
  world.server?.close();
  world.server = undefined;
}

async function placeAgents({ stage, namespace, pods }: Place): Promise<readonly Agent[]> {
  return Promise.all(
    (await pods()).map(async ({ metadata: { name, uid }, spec: { nodeName: node = '' } }, index) => {
      const token = await requestToken(stage.plane, { namespace, account: 'default', pod: { name, uid } });
      return { index, node, token, sequence: 0, sent: 0, failures: 0, last: '', ackedThrough: Date.now() };
    }),
  );
}

/** Ships a record, and tells the collector how that went. Nobody answering is no fault of the test. */
async function report(world: World, agent: Agent, url: string): Promise<void> {
  if (world.hangs) return;
  const writtenAt = Date.now() - (agent.index < world.behind ? world.backlogMs : 0);
  await pause(world.delayMs);
  const failure = await ship(world);
  agent.sent += 1;
  if (failure === undefined) agent.ackedThrough = writtenAt;
  else Object.assign(agent, { failures: agent.failures + 1, last: failure });
  agent.sequence += 1;
  const items = [heartbeat(agent.node, agent.sequence, describe(world, agent))];
  await pause(world.delayMs);
  await send(url, { token: agent.token, items }).catch(() => undefined);
}

function describe({ peers }: World, { sent, failures, last, ackedThrough }: Agent): Partial<HeartbeatReport> {
  return {
    ackedThrough,
    telemetry: [{ component: 'exporter', sent, dropped: 0 }],
    errors: failures === 0 ? [] : [{ component: 'exporter', count: failures, last }],
    mesh: { peersConnected: peers, peersTotal: 10 },
  };
}

/** What went wrong, in the client's words. */
async function ship({ url }: World): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { method: 'POST', body: 'record', signal: AbortSignal.timeout(1_000) });
    return answer.ok ? undefined : `export to ${url}: ${answer.status} ${answer.statusText}`;
  } catch (error) {
    const { cause } = error as { cause?: Error };
    return `export to ${url}: ${cause?.message ?? String(error)}`;
  }
}

function pause(ms: number): Promise<void> | undefined {
  return ms === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, ms));
}
