/**
 * Measures heartbeats: every pod of the synthetic cluster is a sender with a token of its own, each on time, to one collector. The
 * senders are processes of their own, and what a request takes is measured inside the collector, too: on a machine with few cores the
 * senders' own delay is mostly that of waiting for one.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createAuthority } from '../control-plane/certificates.ts';
import { startApi } from './api-process.ts';
import { startProgram, type Child } from './child.ts';
import { signToken } from './issuer.ts';
import { createHandlerProbe, type HandlerProbe } from './handler-probe.ts';
import { readProcess } from './process-figures.ts';
import { scrape } from './scrape.ts';
import type { LaneKind, PlannedSender, SenderPlan } from './sender-plan.ts';
import { createStalls, wallClock, type Stalls } from './stalls.ts';

/** So many senders for so long, on connections of that kind. */
export interface HeartbeatRun {
  readonly program: string;
  readonly senders: number;
  readonly seconds: number;
  readonly lanes: LaneKind;
  readonly tls: boolean;
  /** More for the collector's Node, such as `--cpu-prof`. */
  readonly nodeFlags: readonly string[];
}

/** What came of it. Delays are milliseconds, CPU is in cores. */
export interface HeartbeatFigures {
  readonly sent: number;
  readonly answered: number;
  readonly accepted: number;
  readonly refused: number;
  readonly covered: number;
  readonly perSecond: number;
  /** From a request to its answer, as the senders saw it. */
  readonly seen: readonly number[];
  /** From its headers being parsed to its answer being handed over, inside. */
  readonly inside: readonly number[];
  /** How late the collector's event loop was. */
  readonly loop: readonly number[];
  readonly cpuCores: number;
  readonly senderCores: number;
  /** Requests that were sent again, since their connection had just been closed; and connections that were open at the end. */
  readonly again: number;
  readonly open: number;
  readonly warmUpCpuS: number;
  /** Resident, before anybody sent, at the end, and at its highest. */
  readonly idleMb: number;
  readonly endMb: number;
  readonly peakMb: number;
  readonly stallMs: number;
  readonly stallRunMs: number;
}

/** One process could not have more connections open than it may have files. */
const PROCESSES = 2;
/** Until all connections are open and all tokens are known. */
const WARM_UP_MS = 30_000;

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

/** Starts cluster and collector, lets each sender be heard a few times, then measures. */
export async function runHeartbeats(run: HeartbeatRun): Promise<HeartbeatFigures> {
  await using stack = new AsyncDisposableStack();
  const fleet = await startFleet(stack, run);
  const start = await readProcess(fleet.pid);
  const children = await startSenders(stack, fleet, run);
  for (const child of children) await child.line('warm');
  const sinceMs = wallClock();
  const [warm, before] = [await readProcess(fleet.pid), await scrape(fleet.url)];
  const tallies: SenderTally[] = [];
  for (const child of children) tallies.push((await child.line('sent')) as unknown as SenderTally);
  const untilMs = wallClock();
  const end = await readProcess(fleet.pid);
  // The last ones are counted, and the probe has written, a moment after they are answered.
  await delay(1_100);
  const after = await scrape(fleet.url);
  const counted = (family: string, label = ''): number => after.sum(family, label) - before.sum(family, label);
  const total = (field: 'sent' | 'answered' | 'cpuS' | 'again' | 'open'): number =>
    tallies.reduce((sum, tally) => sum + tally[field], 0);
  const tookS = (untilMs - sinceMs) / 1000;
  return {
    sent: total('sent'),
    answered: total('answered'),
    accepted: counted('rollcall_heartbeats_total', 'outcome="accepted"'),
    refused: counted('rollcall_heartbeats_refused_total'),
    covered: after.sum('rollcall_covered_nodes'),
    perSecond: total('sent') / tookS,
    seen: tallies.flatMap(({ delays }) => delays),
    inside: fleet.probe.read('request', sinceMs, untilMs),
    loop: fleet.probe.read('loop', sinceMs, untilMs),
    cpuCores: (end.cpuS - warm.cpuS) / tookS,
    senderCores: total('cpuS') / tookS,
    again: total('again'),
    open: total('open'),
    warmUpCpuS: warm.cpuS - start.cpuS,
    idleMb: start.rssMb,
    endMb: end.rssMb,
    peakMb: end.peakMb,
    stallMs: fleet.stalls.longest(sinceMs, untilMs),
    stallRunMs: fleet.stalls.longestRun(sinceMs),
  };
}

interface SenderTally {
  readonly sent: number;
  readonly answered: number;
  readonly delays: readonly number[];
  readonly cpuS: number;
  readonly again: number;
  readonly open: number;
}

interface Fleet {
  /** Of the collector. */
  readonly pid: number;
  readonly url: string;
  readonly folder: string;
  readonly stalls: Stalls;
  readonly probe: HandlerProbe;
  readonly senders: readonly PlannedSender[];
}

async function startFleet(
  stack: AsyncDisposableStack,
  { program, senders, tls, nodeFlags }: HeartbeatRun,
): Promise<Fleet> {
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
  const nodeOptions = [String(stalls.env['NODE_OPTIONS']), ...nodeFlags].join(' ');
  const probe = createHandlerProbe(folder, nodeOptions);
  const pair = tls ? await issuePair(folder) : [];
  const child = stack.adopt(startProgram([program, ...flags, ...pair], { ...stalls.env, ...probe.env }), (own) =>
    own.stop(),
  );
  const url = String((await child.line('url'))['url']);
  const pods = await list<Pod>(`${api.url}/api/v1/namespaces/${namespace}/pods`);
  while ((await scrape(url)).sum('rollcall_expected_nodes') < senders) await delay(200);
  return { pid: child.pid, url, folder, stalls, probe, senders: createSenders(pods, privateKey) };
}

async function issuePair(folder: string): Promise<readonly string[]> {
  const { cert, key } = await (await createAuthority(folder)).issueServer();
  return ['--tls-cert-file', cert, '--tls-private-key-file', key];
}

/** Every process has each n-th sender, so that all of them together are evenly spread. */
async function startSenders(
  stack: AsyncDisposableStack,
  { url, folder, senders }: Fleet,
  { lanes, seconds }: HeartbeatRun,
): Promise<readonly Child[]> {
  const { hostname: host, port, protocol } = new URL(url);
  const startMs = wallClock() + 2_000;
  const measureMs = startMs + WARM_UP_MS;
  const children: Child[] = [];
  for (let at = 0; at < PROCESSES; at += 1) {
    const plan: SenderPlan = {
      host,
      port: Number(port),
      tls: protocol === 'https:',
      lanes: typeof lanes === 'number' ? lanes / PROCESSES : lanes,
      senders: senders.filter((_, index) => index % PROCESSES === at),
      startMs,
      measureMs,
      endMs: measureMs + seconds * 1_000,
    };
    const path = join(folder, `senders-${at}.json`);
    await writeFile(path, JSON.stringify(plan));
    const program = new URL('sender-process.ts', import.meta.url).pathname;
    children.push(stack.adopt(startProgram([process.execPath, program, path]), (own) => own.stop()));
  }
  return children;
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

function createSenders(pods: readonly Pod[], key: KeyObject): readonly PlannedSender[] {
  return pods.map(
    ({ metadata: { name, namespace, uid }, spec: { nodeName: node, serviceAccountName = 'default' } }) => ({
      token: signToken(key, { namespace, account: serviceAccountName, pod: { name, uid }, node }),
      node,
    }),
  );
}
