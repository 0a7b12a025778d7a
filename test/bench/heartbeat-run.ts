/** Measures heartbeats: every pod of the synthetic cluster is a sender with a token of its own, each on time, to one collector. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { startApi } from './api-process.ts';
import { startProgram } from './child.ts';
import { quantile } from './figures.ts';
import { signToken } from './issuer.ts';
import { readProcess } from './process-figures.ts';
import { scrape } from './scrape.ts';
import { createStalls, wallClock, type Stalls } from './stalls.ts';

/** So many senders for so long; `connections` that they share, as behind a balancer, 0 for one of its own for each heartbeat. */
export interface HeartbeatRun {
  readonly program: string;
  readonly senders: number;
  readonly seconds: number;
  readonly connections: number;
}

/** What came of it. Milliseconds are from the begin of a request to its answer, CPU is in cores of the collector. */
export interface HeartbeatFigures {
  readonly sent: number;
  readonly answered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly covered: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly cpuCores: number;
  readonly warmUpCpuS: number;
  readonly peakMb: number;
  /** The collector's longest stall, and the most that its thread ran in one: the rest of it the machine was busy with others. */
  readonly stallMs: number;
  readonly stallRunMs: number;
}

const PERIOD_MS = 10_000;
const POLICY = `
apiVersion: rollcall.dev/v1alpha1
kind: DaemonCoverage
metadata: { name: agents, namespace: NAMESPACE }
spec:
  daemonSet: { name: DAEMONSET }
  health: { heartbeat: { period: 10s }, mesh: { minimumPeersRatio: 0.5 }, ingestion: { maxLag: 30s } }
`;

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: { readonly nodeName: string; readonly serviceAccountName?: string };
}

interface Sender {
  readonly token: string;
  readonly node: string;
  sequence: number;
}

/** Starts cluster and collector, lets each sender be heard twice (so that all tokens are known), then measures. */
export async function runHeartbeats(run: HeartbeatRun): Promise<HeartbeatFigures> {
  await using stack = new AsyncDisposableStack();
  const { pid, url, stalls, senders } = await startFleet(stack, run);
  const agent = run.connections === 0 ? undefined : new Agent({ keepAlive: true, maxSockets: run.connections });
  stack.defer(() => agent?.destroy());
  const start = await readProcess(pid);
  await beat(senders, { url, agent, seconds: 2 * (PERIOD_MS / 1000) });
  const warm = await readProcess(pid);
  const before = await scrape(url);
  const sinceMs = wallClock();
  const { sent, answered, delays, tookMs } = await beat(senders, { url, agent, seconds: run.seconds });
  const end = await readProcess(pid);
  const after = await scrape(url);
  const counted = (family: string, label = ''): number => after.sum(family, label) - before.sum(family, label);
  return {
    sent,
    answered,
    accepted: counted('rollcall_heartbeats_total', 'outcome="accepted"'),
    refused: counted('rollcall_heartbeats_refused_total'),
    covered: after.sum('rollcall_covered_nodes'),
    perSecond: sent / (tookMs / 1000),
    p50Ms: quantile(delays, 0.5),
    p99Ms: quantile(delays, 0.99),
    maxMs: delays.reduce((most, ms) => Math.max(most, ms), 0),
    cpuCores: (end.cpuS - warm.cpuS) / (tookMs / 1000),
    warmUpCpuS: warm.cpuS - start.cpuS,
    peakMb: end.peakMb,
    stallMs: stalls.longest(sinceMs),
    stallRunMs: stalls.longestRun(sinceMs),
  };
}

interface Fleet {
  /** Of the collector. */
  readonly pid: number;
  readonly url: string;
  readonly stalls: Stalls;
  readonly senders: readonly Sender[];
}

async function startFleet(stack: AsyncDisposableStack, { program, senders }: HeartbeatRun): Promise<Fleet> {
  const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'rollcall-heartbeats-')), (own) =>
    rm(own, { recursive: true }),
  );
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuerKey = join(folder, 'issuer.pem');
  await writeFile(issuerKey, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const api = stack.adopt(await startApi(senders, 'streaming', { issuerKey }), (own) => own.stop());
  const [set] = await list<Pod>(`${api.url}/apis/apps/v1/daemonsets`);
  const { name = '', namespace = '' } = set?.metadata ?? {};
  const policy = join(folder, 'policy.yaml');
  await writeFile(policy, POLICY.replace('NAMESPACE', namespace).replace('DAEMONSET', name));
  const flags = ['serve', '--policy', policy, '--kubeconfig', api.kubeconfig, '--listen', '127.0.0.1:0'];
  const stalls = stack.use(createStalls());
  const child = stack.adopt(startProgram([program, ...flags], stalls.env), (own) => own.stop());
  const url = String((await child.line('url'))['url']);
  const pods = await list<Pod>(`${api.url}/api/v1/namespaces/${namespace}/pods`);
  while ((await scrape(url)).sum('rollcall_expected_nodes') < senders) await delay(200);
  return { pid: child.pid, url, stalls, senders: createSenders(pods, privateKey) };
}

/** Lists all objects at a path of the synthetic API server. */
function list<T>(url: string): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const options = { rejectUnauthorized: false, headers: { Accept: 'application/json' } };
    get(url, options, (response) => {
      json(response).then((found) => resolve((found as { readonly items: readonly T[] }).items), reject);
    }).on('error', reject);
  });
}

function createSenders(pods: readonly Pod[], key: KeyObject): readonly Sender[] {
  return pods.map(
    ({ metadata: { name, namespace, uid }, spec: { nodeName: node, serviceAccountName = 'default' } }) => ({
      token: signToken(key, { namespace, account: serviceAccountName, pod: { name, uid }, node }),
      node,
      sequence: 0,
    }),
  );
}

interface Beat {
  readonly url: string;
  readonly agent: Agent | undefined;
  readonly seconds: number;
}

/** Each sender once a period, evenly spread; resolves when all is answered. */
async function beat(senders: readonly Sender[], { url, agent, seconds }: Beat) {
  const delays: number[] = [];
  const pending = new Set<Promise<void>>();
  const startMs = performance.now();
  const total = Math.round((senders.length * seconds * 1000) / PERIOD_MS);
  let answered = 0;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * senders.length) / PERIOD_MS));
    for (; sent < due; sent += 1) {
      const sender = senders[sent % senders.length];
      if (sender === undefined) continue;
      const atMs = performance.now();
      const one = send(url, agent, sender).then((isAccepted) => {
        delays.push(performance.now() - atMs);
        answered += Number(isAccepted);
        pending.delete(one);
      });
      pending.add(one);
    }
    await delay(5);
  }
  await Promise.all(pending);
  return { sent: total, answered, delays, tookMs: performance.now() - startMs };
}

function send(url: string, agent: Agent | undefined, sender: Sender): Promise<boolean> {
  sender.sequence += 1;
  const { node, sequence, token } = sender;
  const sentAt = Date.now();
  const telemetry = [{ component: 'logs', sent: sequence * 100, dropped: 0, bufferFill: 0.1 }];
  const mesh = { peersConnected: 9, peersTotal: 10 };
  const item = { node, bootId: 'bench', sequence, sentAt, ackedThrough: sentAt - 1_000, telemetry, mesh };
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve) => {
    const asked = request(
      `${url}/api/v1/heartbeats`,
      { method: 'POST', headers, agent: agent ?? false },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode === 200));
      },
    );
    asked.on('error', () => resolve(false)).end(JSON.stringify({ items: [item] }));
  });
}

/** The figures in words, and whether nothing was lost. */
export function describeHeartbeats(
  run: HeartbeatRun,
  figures: HeartbeatFigures,
): { readonly text: string; readonly holds: boolean } {
  const { sent, answered, accepted, refused, covered } = figures;
  const lost = sent - Math.min(answered, accepted);
  const how =
    run.connections === 0 ? 'each heartbeat on a connection of its own' : `over ${run.connections} connections`;
  const text = `${run.senders} senders at 10 s for ${run.seconds} s, ${how}: ${Math.round(figures.perSecond)} heartbeats/s, ${sent} sent, ${answered} answered 200, ${accepted} counted, ${refused} refused, ${lost} lost, ${covered} nodes covered;
answer after p50 ${figures.p50Ms.toFixed(1)} ms, p99 ${figures.p99Ms.toFixed(1)} ms, at most ${figures.maxMs.toFixed(0)} ms; collector ${figures.cpuCores.toFixed(2)} cores, ${figures.peakMb.toFixed(0)} MB at its peak, longest stall ${figures.stallMs.toFixed(0)} ms, of which it ran at most ${figures.stallRunMs.toFixed(0)} ms; the first two rounds, with a review of each token, took ${figures.warmUpCpuS.toFixed(1)} s of CPU`;
  return { text, holds: lost === 0 && covered === run.senders };
}
