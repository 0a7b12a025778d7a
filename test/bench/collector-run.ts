/** Measures one process life of `rollcall serve --discover`, from outside. */
import { setTimeout as delay } from 'node:timers/promises';
import { startApi, type ApiProcess, type ListMode } from './api-process.ts';
import { startProgram, type Child } from './child.ts';
import { median, type Figures } from './figures.ts';
import { readProcess } from './process-figures.ts';
import { scrape, type Scrape } from './scrape.ts';
import { EVENTS, EVENTS_A_SECOND, SETTLE_MS } from './workload.ts';

/** What is run: the program, on so many nodes and a server that lists in that way; flags for Node in place of the program's own. */
export interface CollectorRun {
  readonly program: string;
  readonly nodes: number;
  readonly mode: ListMode;
  readonly nodeFlags: readonly string[];
}

const READY_POLL_MS = 100;
const REPEATED = 9;

/** Runs it until /readyz and /metrics say that every node is expected and covered, then through the events and some scrapes. */
export async function runCollector({ program, nodes, mode, nodeFlags }: CollectorRun): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const api = stack.adopt(await startApi(nodes, mode), (own) => own.stop());
  const flags = ['serve', '--discover', '--kubeconfig', api.kubeconfig, '--listen', '127.0.0.1:0'];
  const command = nodeFlags.length === 0 ? [program] : [process.execPath, ...nodeFlags, program];
  const child = stack.adopt(startProgram([...command, ...flags]), (own) => own.stop());
  const url = String((await child.line('url'))['url']);
  const answer = await firstAnswer(url, nodes);
  const wallS = (performance.now() - child.startedMs) / 1000;
  const { cpuS } = await readProcess(child.pid);
  await delay(SETTLE_MS);
  const settled = await readProcess(child.pid);
  const eventsCpuMs = await measureEvents(api, child, url);
  const delayMs = await measureDelay(api, url);
  const scrapes: Scrape[] = [];
  for (let turn = 0; turn < REPEATED; turn++) scrapes.push(await scrape(url));
  const { peakMb } = await readProcess(child.pid);
  return {
    cpuS,
    wallS,
    peakMb,
    settledMb: settled.rssMb,
    stallMs: answer.sum('nodejs_eventloop_lag_max_seconds') * 1000,
    eventsCpuMs,
    delayMs,
    scrapeMs: median(scrapes.map(({ ms }) => ms)),
    scrapeBytes: median(scrapes.map(({ bytes }) => bytes)),
  };
}

async function firstAnswer(url: string, nodes: number): Promise<Scrape> {
  for (;;) {
    const { ok } = await fetch(`${url}/readyz`);
    const answer = ok ? await scrape(url) : undefined;
    const isFull = (family: string): boolean => answer?.sum(family) === nodes;
    if (answer !== undefined && isFull('rollcall_expected_nodes') && isFull('rollcall_covered_nodes')) return answer;
    await delay(READY_POLL_MS);
  }
}

async function measureEvents(api: ApiProcess, { pid }: Child, url: string): Promise<number> {
  const seen = async (): Promise<number> => (await scrape(url)).sum('rollcall_watch_events_total', 'watch="nodes"');
  const target = (await seen()) + EVENTS;
  const before = await readProcess(pid);
  await api.heartbeats(EVENTS, EVENTS_A_SECOND);
  while ((await seen()) < target) await delay(READY_POLL_MS);
  const after = await readProcess(pid);
  return ((after.cpuS - before.cpuS) * 1000) / (EVENTS / 1000);
}

async function measureDelay(api: ApiProcess, url: string): Promise<number> {
  const delays: number[] = [];
  for (let turn = 0; turn < REPEATED; turn++) {
    const uncovered = 1 - (turn % 2);
    const start = performance.now();
    await api.setReady(7, uncovered === 0);
    while ((await scrape(url)).sum('rollcall_uncovered_nodes') !== uncovered) await delay(1);
    delays.push(performance.now() - start);
  }
  return median(delays);
}
