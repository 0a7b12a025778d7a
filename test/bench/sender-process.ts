/**
 * A share of a fleet's agents, in a process of its own: each sends a heartbeat every 10 s, evenly spread, on connections as the plan
 * says. Writes the requests by hand, since a client as large as the server would take the core that the server needs. Prints a line
 * when the measured time begins, and one with what came of it.
 *
 *     node sender-process.ts PLAN.json
 */
import { readFileSync } from 'node:fs';
import { createLanes, type Lanes } from './sender-lanes.ts';
import { readPlan, type PlannedSender, type SenderPlan } from './sender-plan.ts';

const PERIOD_MS = 10_000;

function clock(): number {
  return performance.timeOrigin + performance.now();
}

interface Tally {
  sent: number;
  answered: number;
  readonly delays: number[];
}

async function main(): Promise<void> {
  const plan = readPlan(readFileSync(process.argv[2] ?? '', 'utf8'));
  const lanes = createLanes(plan);
  const tally: Tally = { sent: 0, answered: 0, delays: [] };
  const beat = createBeat(plan, lanes);
  const pace = createPace(plan);
  await pace(countUntil(plan, plan.measureMs), (at) => beat(at, undefined));
  console.log(JSON.stringify({ warm: clock() }));
  const before = process.cpuUsage();
  await pace(countUntil(plan, plan.endMs), (at) => beat(at, tally));
  const { user, system } = process.cpuUsage(before);
  await lanes.settle();
  console.log(JSON.stringify({ ...tally, ...lanes.figures(), cpuS: (user + system) / 1e6 }));
  lanes.close();
}

function countUntil({ senders, startMs }: SenderPlan, atMs: number): number {
  return Math.max(0, Math.floor(((atMs - startMs) * senders.length) / PERIOD_MS));
}

/** Sends what is due until so many are sent; goes on where it was when it is called again. */
function createPace(plan: SenderPlan): (most: number, beat: (at: number) => void) => Promise<void> {
  let sent = 0;
  return (most, beat) =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        for (const due = Math.min(most, countUntil(plan, clock())); sent < due; sent += 1) beat(sent);
        if (sent < most) return;
        clearInterval(timer);
        resolve();
      }, 2);
    });
}

function createBeat(plan: SenderPlan, lanes: Lanes): (at: number, tally: Tally | undefined) => void {
  const { senders } = plan;
  return (at, tally) => {
    const index = at % senders.length;
    const sender = senders[index];
    if (sender === undefined) return;
    if (tally !== undefined) tally.sent += 1;
    const sentMs = performance.now();
    lanes.send(index, requestOf(plan, sender, Math.floor(at / senders.length) + 1), ({ status }) => {
      if (tally === undefined) return;
      tally.delays.push(Math.round((performance.now() - sentMs) * 1000) / 1000);
      tally.answered += Number(status === 200);
    });
  };
}

function requestOf({ lanes }: SenderPlan, { node, token }: PlannedSender, sequence: number): string {
  const sentAt = Date.now();
  const telemetry = [{ component: 'logs', sent: sequence * 100, dropped: 0, bufferFill: 0.1 }];
  const mesh = { peersConnected: 9, peersTotal: 10 };
  const item = { node, bootId: 'bench', sequence, sentAt, ackedThrough: sentAt - 1_000, telemetry, mesh };
  const body = JSON.stringify({ items: [item] });
  const connection = lanes === 'fresh' ? 'Connection: close\r\n' : '';
  return `POST /api/v1/heartbeats HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n${connection}Content-Length: ${body.length}\r\n\r\n${body}`;
}

await main();
