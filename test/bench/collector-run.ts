/** Measures one process life of `rollcall serve --discover`, from outside. */
import { setTimeout as delay } from 'node:timers/promises';
import { startApi, type ApiProcess, type ListMode } from './api-process.ts';
import { startProgram, type Child } from './child.ts';
import { median, quantile, type CollectorFigures } from './figures.ts';
import { measureDelays } from './measure-delays.ts';
import { measureRelist } from './measure-relist.ts';
import { readProcess } from './process-figures.ts';
import { scrape, type Scrape } from './scrape.ts';
import { createStalls, wallClock, type Stalls } from './stalls.ts';
import { EVENTS, EVENTS_A_SECOND, LIVE_S, SETTLE_MS } from './workload.ts';

/** The collector under test: the program, flags for Node in place of its own, and whether the server knows JSON only. */
export interface CollectorSetting {
  readonly program: string;
  readonly nodeFlags: readonly string[];
  readonly jsonOnly: boolean;
}

/** So many nodes, listed in that way; `brief` ends with the memory after the first answer. */
export interface CollectorRun extends CollectorSetting {
  readonly nodes: number;
  readonly mode: ListMode;
  readonly brief: boolean;
}

/** The figures, and what it had asked the API server to write in. */
export interface CollectorResult {
  readonly figures: CollectorFigures;
  readonly accept: string;
}

type Served = Omit<CollectorFigures, 'cpuS' | 'wallS' | 'settledMb' | 'stallMs'>;

const READY_POLL_MS = 100;
const REPEATED = 9;

/** Runs it until /readyz and /metrics say that every node is expected and covered, then through all that is measured. */
export async function runCollector(run: CollectorRun): Promise<CollectorResult> {
  await using stack = new AsyncDisposableStack();
  const life = await startCollector(stack, run, 1);
  const { api, child, stalls } = life;
  const firstMs = wallClock();
  const wallS = (performance.now() - child.startedMs) / 1000;
  const { cpuS } = await readProcess(child.pid);
  await delay(SETTLE_MS);
  const settled = await readProcess(child.pid);
  const start = { cpuS, wallS, settledMb: settled.rssMb, stallMs: stalls.longest(0, firstMs) };
  const accept = await api.accept();
  if (run.brief) return { figures: { ...NOTHING, ...start, peakMb: settled.peakMb }, accept };
  return { figures: { ...start, ...(await measureServing(life, settled.cpuS, firstMs)) }, accept };
}

/** What is measured after the first answer; `settledCpuS` is what it had used at the beginning. */
async function measureServing(life: Life, settledCpuS: number, firstMs: number): Promise<Served> {
  const { api, child, url, stalls } = life;
  await api.live(LIVE_S);
  const lived = await readProcess(child.pid);
  const eventsCpuMs = await measureEvents(life);
  const delays = await measureDelays(api, url);
  const { ms: scrapeMs, bytes: scrapeBytes, gzipBytes } = await measureScrapes(url);
  const { peakMb } = await readProcess(child.pid);
  const stops = { servingStallMs: stalls.longest(firstMs), servingRunMs: stalls.longestRun(firstMs) };
  const relist = await measureRelist(api, url);
  return {
    ...stops,
    peakMb,
    liveCpuPercent: ((lived.cpuS - settledCpuS) / LIVE_S) * 100,
    eventsCpuMs,
    delayMs: median(delays.scrape),
    delayP99Ms: quantile(delays.scrape, 0.99),
    streamMs: median(delays.stream),
    streamP99Ms: quantile(delays.stream, 0.99),
    scrapeMs,
    scrapeBytes,
    gzipBytes,
    relistScrapeMs: relist.longestMs,
    relistS: relist.seconds,
    relistPeakMb: (await readProcess(child.pid)).peakMb,
  };
}

/** What scrapes cost with several policies. */
export interface PoliciesFigures {
  readonly policies: number;
  readonly ms: number;
  readonly bytes: number;
  readonly gzipBytes: number;
  readonly peakMb: number;
}

/** Runs it with so many DaemonSets that have pods on all nodes, only as far as its scrapes. */
export async function runPolicies(
  setting: CollectorSetting,
  nodes: number,
  policies: number,
): Promise<PoliciesFigures> {
  await using stack = new AsyncDisposableStack();
  const run = { ...setting, nodes, mode: 'streaming', brief: true } as const;
  const { child, url } = await startCollector(stack, run, policies);
  await delay(SETTLE_MS);
  const scrapes = await measureScrapes(url);
  return { policies, ...scrapes, peakMb: (await readProcess(child.pid)).peakMb };
}

interface Life {
  readonly api: ApiProcess;
  readonly child: Child;
  readonly url: string;
  readonly stalls: Stalls;
}

async function startCollector(stack: AsyncDisposableStack, run: CollectorRun, daemons: number): Promise<Life> {
  const { program, nodes, mode, nodeFlags, jsonOnly } = run;
  const api = stack.adopt(await startApi(nodes, mode, { daemons, jsonOnly }), (own) => own.stop());
  const stalls = stack.use(createStalls());
  const flags = ['serve', '--discover', '--kubeconfig', api.kubeconfig, '--listen', '127.0.0.1:0'];
  const command = nodeFlags.length === 0 ? [program] : [process.execPath, ...nodeFlags, program];
  const child = stack.adopt(startProgram([...command, ...flags], stalls.env), (own) => own.stop());
  const url = String((await child.line('url'))['url']);
  await waitForAnswer(url, nodes * daemons);
  return { api, child, url, stalls };
}

async function waitForAnswer(url: string, covered: number): Promise<void> {
  for (;;) {
    const { ok } = await fetch(`${url}/readyz`);
    const answer = ok ? await scrape(url) : undefined;
    const isFull = (family: string): boolean => answer?.sum(family) === covered;
    if (isFull('rollcall_expected_nodes') && isFull('rollcall_covered_nodes')) return;
    await delay(READY_POLL_MS);
  }
}

async function measureEvents({ api, child: { pid }, url }: Life): Promise<number> {
  const seen = async (): Promise<number> => (await scrape(url)).sum('rollcall_watch_events_total', 'watch="nodes"');
  const target = (await seen()) + EVENTS;
  const before = await readProcess(pid);
  await api.heartbeats(EVENTS, EVENTS_A_SECOND);
  while ((await seen()) < target) await delay(READY_POLL_MS);
  const after = await readProcess(pid);
  return ((after.cpuS - before.cpuS) * 1000) / (EVENTS / 1000);
}

async function measureScrapes(url: string): Promise<Pick<PoliciesFigures, 'ms' | 'bytes' | 'gzipBytes'>> {
  const scrapes: Scrape[] = [];
  for (let turn = 0; turn < REPEATED; turn++) scrapes.push(await scrape(url));
  const { bytes: gzipBytes } = await scrape(url, 'gzip');
  return { ms: median(scrapes.map(({ ms }) => ms)), bytes: median(scrapes.map(({ bytes }) => bytes)), gzipBytes };
}

const NOTHING = {
  servingStallMs: NaN,
  servingRunMs: NaN,
  liveCpuPercent: NaN,
  eventsCpuMs: NaN,
  delayMs: NaN,
  delayP99Ms: NaN,
  streamMs: NaN,
  streamP99Ms: NaN,
  scrapeMs: NaN,
  scrapeBytes: NaN,
  gzipBytes: NaN,
  relistScrapeMs: NaN,
  relistS: NaN,
  relistPeakMb: NaN,
} as const;
