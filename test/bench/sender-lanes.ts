/** Connections of senders: one request at a time on each, answers read only as far as their status and length. */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SenderPlan } from './sender-plan.ts';

/** An agent gives up before its next heartbeat is due. */
const TIMEOUT_MS = 8_000;

/** The status of an answer; 0 if the connection ended before it. */
export interface Reply {
  readonly status: number;
}

interface Job {
  readonly text: string;
  readonly done: (reply: Reply) => void;
  /** A server may close an idle connection just when something is sent: as any client does, it is sent once more. */
  readonly tries: number;
}

interface Lane {
  socket: Socket | undefined;
  job: Job | undefined;
  received: string;
}

/** How the connections of a plan are used. */
export interface Lanes {
  /** Sends a request of the sender with that index; `done` is called once. */
  send(index: number, text: string, done: Job['done']): void;
  /** Resolves when all is answered. */
  settle(): Promise<void>;
  /** Connections that are open, and requests that had to be sent again. */
  figures(): { readonly open: number; readonly again: number };
  close(): void;
}

interface Traffic {
  readonly plan: SenderPlan;
  readonly lanes: Map<number, Lane>;
  /** Shared lanes that are free, and what waits for one. */
  readonly idle: number[];
  readonly waiting: Job[];
  pending: number;
  again: number;
  fresh: number;
  settled: () => void;
}

/** No connection is opened before it is needed. */
export function createLanes(plan: SenderPlan): Lanes {
  const shared = typeof plan.lanes === 'number' ? plan.lanes : 0;
  const traffic: Traffic = {
    plan,
    lanes: new Map(),
    idle: Array.from({ length: shared }, (_, at) => at),
    waiting: [],
    pending: 0,
    again: 0,
    fresh: 0,
    settled: () => undefined,
  };
  const { lanes } = traffic;
  return {
    send: (index, text, done) => {
      traffic.pending += 1;
      const job = { text, done, tries: 0 };
      const id = pickLane(traffic, index);
      if (id === undefined) traffic.waiting.push(job);
      else begin(traffic, id, job);
    },
    settle: () => new Promise((resolve) => (traffic.pending === 0 ? resolve() : (traffic.settled = resolve))),
    figures: () => ({
      open: [...lanes.values()].filter(({ socket }) => socket !== undefined).length,
      again: traffic.again,
    }),
    close: () => {
      for (const { socket } of lanes.values()) socket?.destroy();
    },
  };
}

function pickLane(traffic: Traffic, index: number): number | undefined {
  if (traffic.plan.lanes === 'own') return index;
  return traffic.plan.lanes === 'fresh' ? (traffic.fresh += 1) : traffic.idle.pop();
}

function begin(traffic: Traffic, id: number, job: Job): void {
  const lane = traffic.lanes.get(id) ?? { socket: undefined, job: undefined, received: '' };
  traffic.lanes.set(id, lane);
  // A sender whose last heartbeat is unanswered after a whole period has lost this one.
  if (lane.job !== undefined) {
    traffic.pending -= 1;
    return job.done({ status: 0 });
  }
  lane.job = job;
  lane.socket ??= open(traffic.plan, lane, (reply) => finish(traffic, id, reply));
  lane.socket.setTimeout(TIMEOUT_MS).write(job.text);
}

function finish(traffic: Traffic, id: number, reply: Reply): void {
  const lane = traffic.lanes.get(id);
  const job = lane?.job;
  if (lane === undefined || job === undefined) return;
  lane.job = undefined;
  lane.received = '';
  lane.socket?.setTimeout(0);
  if (reply.status === 0 && job.tries < 2) {
    traffic.again += 1;
    return begin(traffic, id, { ...job, tries: job.tries + 1 });
  }
  traffic.pending -= 1;
  job.done(reply);
  if (traffic.plan.lanes === 'fresh') traffic.lanes.delete(id);
  if (typeof traffic.plan.lanes === 'number') release(traffic, id);
  if (traffic.pending === 0) traffic.settled();
}

function release(traffic: Traffic, id: number): void {
  const next = traffic.waiting.shift();
  if (next === undefined) traffic.idle.push(id);
  else begin(traffic, id, next);
}

function open({ host, port, tls }: SenderPlan, lane: Lane, finish: (reply: Reply) => void): Socket {
  const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connectPlain({ host, port });
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('data', (chunk: string | Buffer) => {
    lane.received += chunk.toString();
    const status = readStatus(lane.received);
    if (status > 0) finish({ status });
  });
  socket
    .on('error', () => undefined)
    .on('close', () => {
      if (lane.socket === socket) lane.socket = undefined;
      finish({ status: 0 });
    });
  return socket;
}

/** The status of an answer that is whole, else 0. */
function readStatus(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 0;
  const head = text.slice(0, end);
  const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0);
  return text.length >= end + 4 + length ? Number(head.slice(9, 12)) : 0;
}
