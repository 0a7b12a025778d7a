/** Measures one process life of kube-state-metrics on nodes, the daemon's DaemonSet and its pods, from outside. */
import { setTimeout as delay } from 'node:timers/promises';
import { findPeer, PEER_COMMAND } from '../control-plane/peer.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import { startApi, type ApiProcess } from './api-process.ts';
import { startProgram, type Child } from './child.ts';
import { DAEMON } from './daemon-objects.ts';
import { median, type Figures } from './figures.ts';
import { readExposition } from './ksm-exposition.ts';
import { QUESTION_FAMILIES, QUESTION_LABELS } from './ksm-question.ts';
import { readProcess } from './process-figures.ts';
import { EVENTS, EVENTS_A_SECOND, SETTLE_MS } from './workload.ts';

/** With all of its families, as people run it, or with none but those that rollcall's question needs (see `ksm-question.ts`). */
type KsmFamilies = 'all' | 'question';

const POLL_MS = 100;
// It says nowhere that its stores are full: it is taken to be at rest when it used no more than a tick of CPU in so long.
const REST_MS = 700;
const RESTING_CPU_S = 0.011;
const REPEATED = 3;

/**
 * Runs it until a scrape shows every node and every pod as ready, then through the events and some scrapes; undefined where it was
 * not built. It is scraped only when it is at rest, so that no scrape of a half-full store is laid to its charge.
 */
export async function runKsm(
  nodes: number,
  { families, jsonOnly }: { readonly families: KsmFamilies; readonly jsonOnly: boolean },
): Promise<Figures | undefined> {
  const program = await findPeer();
  if (program === undefined) return undefined;
  await using stack = new AsyncDisposableStack();
  const api = stack.adopt(await startApi(nodes, 'streaming', { jsonOnly }), (own) => own.stop());
  const ports = await findFreePorts(['metrics', 'telemetry']);
  const child = stack.adopt(startProgram([program, ...flagsOf(api, ports, families)]), (own) => own.stop());
  const url = `http://127.0.0.1:${ports.metrics}/metrics`;
  const restedMs = await firstAnswer(child, url, nodes);
  const { cpuS } = await readProcess(child.pid);
  await delay(SETTLE_MS);
  const settled = await readProcess(child.pid);
  await api.heartbeats(EVENTS, EVENTS_A_SECOND);
  await waitForRest(child);
  const after = await readProcess(child.pid);
  const delayMs = await measureDelay(api, url);
  const scrapes = [];
  for (let turn = 0; turn < REPEATED; turn++) scrapes.push(await readExposition(url, []));
  const { peakMb } = await readProcess(child.pid);
  return {
    cpuS,
    wallS: (restedMs - child.startedMs) / 1000,
    peakMb,
    settledMb: settled.rssMb,
    stallMs: Number.NaN,
    eventsCpuMs: ((after.cpuS - settled.cpuS) * 1000) / (EVENTS / 1000),
    delayMs,
    scrapeMs: median(scrapes.map(({ ms }) => ms)),
    scrapeBytes: median(scrapes.map(({ bytes }) => bytes)),
  };
}

/** What to say where it was not built. */
export const KSM_MISSING = `kube-state-metrics is not built: run \`${PEER_COMMAND}\` to have it measured too`;

interface Ports {
  readonly metrics: number;
  readonly telemetry: number;
}

function flagsOf({ kubeconfig }: ApiProcess, ports: Ports, families: KsmFamilies): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--resources=nodes,daemonsets,pods',
    `--namespaces=${DAEMON.namespace}`,
    `--metric-labels-allowlist=nodes=[${QUESTION_LABELS.join()}]`,
    ...(families === 'question' ? [`--metric-allowlist=${QUESTION_FAMILIES.join()}`] : []),
    '--host=127.0.0.1',
    `--port=${ports.metrics}`,
    '--telemetry-host=127.0.0.1',
    `--telemetry-port=${ports.telemetry}`,
    // Warnings and errors only.
    '--logtostderr=false',
    '--stderrthreshold=2',
    '--alsologtostderr=false',
  ];
}

/** Answers when (`performance.now()`) it came to the rest at which it showed everything. */
async function firstAnswer(child: Child, url: string, nodes: number): Promise<number> {
  const markers = ['\nkube_node_labels{', 'condition="true"} 1\n'];
  for (;;) {
    const restedMs = await waitForRest(child);
    const { counts } = await readExposition(url, markers).catch(() => ({ counts: [] }));
    if (counts.length > 0 && counts.every((count) => count >= nodes)) return restedMs;
  }
}

/** Waits for the rest, and answers when it began. */
async function waitForRest({ pid }: Child): Promise<number> {
  let { cpuS } = await readProcess(pid);
  let sinceMs = performance.now();
  while (performance.now() - sinceMs < REST_MS) {
    await delay(POLL_MS);
    const now = await readProcess(pid);
    if (now.cpuS - cpuS <= RESTING_CPU_S) continue;
    cpuS = now.cpuS;
    sinceMs = performance.now();
  }
  return sinceMs;
}

async function measureDelay(api: ApiProcess, url: string): Promise<number> {
  const delays: number[] = [];
  for (let turn = 0; turn < REPEATED; turn++) {
    const dead = 1 - (turn % 2);
    const start = performance.now();
    await api.setReady(7, dead === 0);
    const marker = `condition="Ready",status="false"} 1\n`;
    while ((await readExposition(url, [marker])).counts[0] !== dead) await delay(1);
    delays.push(performance.now() - start);
  }
  return median(delays);
}
