/** A Prometheus over a stored past, which is only asked. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startHealthy } from '../control-plane/health.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import type { Workspace } from '../control-plane/workspace.ts';

const SETTLE_MS = 1_800_000;

/**
 * The time that is told of, Unix seconds, the step of samples and evaluations, and the length of a block, hours: 2 h times a power of 3, and `from` a
 * multiple of it, so that all that is written at once is one block, which is read fast.
 */
export interface StoreSpan {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly blockHours: number;
}

/** What an expression gave of one series. */
export interface Answer {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [time: number, value: string])[];
}

/** What an evaluation cost by Prometheus' own count. */
export interface Cost {
  readonly samples: number;
  readonly milliseconds: number;
  readonly series: number;
}

/** The server; whoever started it kills it, or closes its workspace. */
export interface RuleServer {
  /** Evaluates at each step of the span. */
  askRange(expr: string): Promise<readonly Answer[]>;
  askAt(expr: string, time: number): Promise<readonly Answer[]>;
  /** Evaluates at the end of the span, and says what it cost. */
  weigh(expr: string): Promise<Cost>;
  /** Waits until the server has made one block of all, which it begins to after a minute: it has nothing else to do from then on. */
  settle(): Promise<void>;
  /** Seconds of CPU that the server has used. */
  readCpu(): Promise<number>;
  kill(): Promise<void>;
}

/** Starts a server on the folder `data` of the workspace; `turn` tells one start from another. */
export async function startRuleServer(workspace: Workspace, span: StoreSpan, turn: number): Promise<RuleServer> {
  const { prometheus: port } = await findFreePorts(['prometheus']);
  const url = `http://127.0.0.1:${port}`;
  const config = join(workspace.folder, 'prometheus.yml');
  await writeFile(config, stringify({ global: { evaluation_interval: '1h' } }));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(workspace.folder, 'data')}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=127.0.0.1:${port}`,
    // What is back-filled has no marks of staleness: a sample of the step before must not stand for one that is missing.
    `--query.lookback-delta=${Math.floor(0.8 * span.step)}s`,
    '--query.max-samples=1000000000',
    '--query.timeout=1h',
  ];
  const program = { name: `prometheus-${turn}`, path: '/usr/bin/prometheus', args };
  const running = await startHealthy(workspace, program, { url: `${url}/-/ready` });
  return {
    askRange: (expr) => askRange(url, expr, span),
    askAt: (expr, time) => askAt(url, expr, time),
    weigh: (expr) => weigh(url, expr, span),
    settle: () => settle(url),
    readCpu: () => readMetric(url, 'process_cpu_seconds_total'),
    kill: running.kill,
  };
}

async function askRange(url: string, query: string, { from, to, step }: StoreSpan): Promise<readonly Answer[]> {
  const body = { query, start: String(from), end: String(to), step: String(step) };
  const { result } = await ask<Matrix>(`${url}/api/v1/query_range`, body);
  return result.map(({ metric, values }) => ({ labels: metric, values }));
}

async function askAt(url: string, query: string, time: number): Promise<readonly Answer[]> {
  const { result } = await ask<Vector>(`${url}/api/v1/query`, { query, time: String(time) });
  return result.map(({ metric, value }) => ({ labels: metric, values: [value] }));
}

async function weigh(url: string, query: string, { to }: StoreSpan): Promise<Cost> {
  const { result, stats } = await ask<Vector & Weighed>(`${url}/api/v1/query`, {
    query,
    time: String(to),
    stats: 'all',
  });
  const { timings, samples } = stats;
  return {
    samples: samples.totalQueryableSamples,
    milliseconds: timings.evalTotalTime * 1000,
    series: result.length,
  };
}

async function settle(url: string): Promise<void> {
  const deadline = performance.now() + SETTLE_MS;
  while ((await readMetric(url, 'prometheus_tsdb_blocks_loaded')) > 1) {
    if (performance.now() > deadline) throw new Error(`more than one block after ${SETTLE_MS / 1000} s`);
    await delay(1_000);
  }
}

/** What the server says of itself. Throws if it does not. */
async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${url}/metrics has no ${name}`);
  return Number(value);
}

interface Matrix {
  readonly result: readonly {
    readonly metric: Record<string, string>;
    readonly values: readonly (readonly [number, string])[];
  }[];
}

interface Vector {
  readonly result: readonly {
    readonly metric: Record<string, string>;
    readonly value: readonly [number, string];
  }[];
}

interface Weighed {
  readonly stats: {
    readonly timings: { readonly evalTotalTime: number };
    readonly samples: { readonly totalQueryableSamples: number };
  };
}

/** Not by fetch, which gives up after five minutes. */
async function ask<T>(url: string, body: Record<string, string>): Promise<T> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request(url, { method: 'POST', headers }).end(new URLSearchParams(body).toString());
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = (await readJson(response)) as { readonly data?: T; readonly error?: string };
  if (answer.data === undefined) throw new Error(`${body['query']}: ${answer.error}`);
  return answer.data;
}
