/** A Prometheus with a past: counters back-filled, recording rules evaluated over all of it in order of need, alerts asked by range queries. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { json as readJson } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { startHealthy } from '../control-plane/health.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace, type Running, type Workspace } from '../control-plane/workspace.ts';

const run = promisify(execFile);

const SETTLE_MS = 1_800_000;
/** Where blocks lie until the server is to see them. */
const INCOMING = 'incoming';
/** So many rules at once: the server evaluates each on one core, and others are being written meanwhile. */
const LANES = 6;

/** A recording rule as its file has it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

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

/** The store; whoever opened it closes it. */
export interface RuleStore {
  /** Evaluates recording rules in order of need: those that a reader needs over the whole span, the others at its end alone. */
  record(rules: readonly Recording[], readers: readonly string[]): Promise<void>;
  askRange(expr: string): Promise<readonly Answer[]>;
  askAt(expr: string, time: number): Promise<readonly Answer[]>;
  /** Evaluates at the end of the span, and says what it cost. */
  weigh(expr: string): Promise<Cost>;
  /** Waits until the server has made one block of all, which it begins to after a minute: it has nothing else to do from then on. */
  settle(): Promise<void>;
  /** Seconds of CPU that the server has used. */
  readCpu(): Promise<number>;
  close(): Promise<void>;
}

/** Opens a store of these lines of OpenMetrics (without the closing `# EOF`). */
export async function openRuleStore(lines: Iterable<string>, span: StoreSpan): Promise<RuleStore> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    await ingest({ workspace, span, name: 'past', into: 'data' }, lines);
    return await serve(workspace, span);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

/** One text of OpenMetrics on its way into the storage. */
interface Ingestion {
  readonly workspace: Workspace;
  readonly span: StoreSpan;
  readonly name: string;
  /** The folder of the blocks that come of it. */
  readonly into: string;
}

async function ingest({ workspace: { folder }, span, name, into }: Ingestion, lines: Iterable<string>): Promise<void> {
  const text = join(folder, `${name}.txt`);
  await pipeline(Readable.from(chunk(lines)), createWriteStream(text));
  const head = ['tsdb', 'create-blocks-from', `--max-block-duration=${span.blockHours}h`, 'openmetrics', '--quiet'];
  // It makes much garbage of little: collected less often it takes less time.
  const env = { ...process.env, GOGC: '400' };
  await run('/usr/bin/promtool', [...head, text, join(folder, into)], { cwd: folder, env, maxBuffer: 64 << 20 });
  await rm(text);
}

async function moveBlocks({ folder }: Workspace): Promise<void> {
  for (const block of await readdir(join(folder, INCOMING)))
    await rename(join(folder, INCOMING, block), join(folder, 'data', block));
}

function* writeRecorded({ record, labels = {} }: Recording, answers: readonly Answer[]): Iterable<string> {
  for (const answer of answers) {
    const own = Object.entries({ ...answer.labels, ...labels }).filter(([name]) => name !== '__name__');
    const text = own.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
    for (const [time, value] of answer.values) yield `${record}{${text}} ${value} ${time}`;
  }
}

function* chunk(lines: Iterable<string>): Iterable<string> {
  let some: string[] = [];
  for (const line of lines) {
    some.push(line);
    if (some.length < 5_000) continue;
    yield `${some.join('\n')}\n`;
    some = [];
  }
  yield `${[...some, '# EOF'].join('\n')}\n`;
}

async function serve(workspace: Workspace, span: StoreSpan): Promise<RuleStore> {
  let server = await start(workspace, span, 0);
  let starts = 1;
  const askRange = async (query: string): Promise<readonly Answer[]> => {
    const { from, to, step } = span;
    const body = { query, start: String(from), end: String(to), step: String(step) };
    const { result } = await ask<Matrix>(`${server.url}/api/v1/query_range`, body);
    return result.map(({ metric, values }) => ({ labels: metric, values }));
  };
  const askAt = async (query: string, time: number): Promise<readonly Answer[]> => {
    const { result } = await ask<Vector>(`${server.url}/api/v1/query`, { query, time: String(time) });
    return result.map(({ metric, value }) => ({ labels: metric, values: [value] }));
  };
  const record = async (rules: readonly Recording[], readers: readonly string[]): Promise<void> => {
    const needed = findNeeded(rules, readers);
    const recordOne = async (rule: Recording, name: string): Promise<void> => {
      const answers = await (needed.has(rule) ? askRange(rule.expr) : askAt(rule.expr, span.to));
      if (answers.length > 0) await ingest({ workspace, span, name, into: INCOMING }, writeRecorded(rule, answers));
    };
    for (const layer of layRules(rules)) {
      // Not by promtool's own back-filling of rules: it evaluates each file at another phase of the interval.
      const waiting = [...layer.entries()];
      const work = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          await recordOne(next[1], `recorded-${starts}-${next[0]}`);
      };
      await Promise.all(Array.from({ length: LANES }, work));
      // It reads new blocks at a start, and only a minute later by itself; those that it saw one by one it would put together one by one.
      await server.running.kill();
      await moveBlocks(workspace);
      server = await start(workspace, span, starts);
      starts += 1;
    }
  };
  return {
    record,
    askRange,
    askAt,
    weigh: async (query) => {
      const body = { query, time: String(span.to), stats: 'all' };
      const { result, stats } = await ask<Vector & Weighed>(`${server.url}/api/v1/query`, body);
      const { timings, samples } = stats;
      return {
        samples: samples.totalQueryableSamples,
        milliseconds: timings.evalTotalTime * 1000,
        series: result.length,
      };
    },
    settle: async () => {
      const deadline = performance.now() + SETTLE_MS;
      while ((await readMetric(server.url, 'prometheus_tsdb_blocks_loaded')) > 1) {
        if (performance.now() > deadline) throw new Error(`more than one block after ${SETTLE_MS / 1000} s`);
        await delay(1_000);
      }
    },
    readCpu: () => readMetric(server.url, 'process_cpu_seconds_total'),
    close: workspace.close,
  };
}

/** What the server says of itself. Throws if it does not. */
async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`${url}/metrics has no ${name}`);
  return Number(value);
}

/** The rules that these expressions read, and those that such rules read. */
function findNeeded(rules: readonly Recording[], readers: readonly string[]): ReadonlySet<Recording> {
  const needed = new Set<Recording>();
  const waiting = [...readers];
  for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
    for (const rule of rules) {
      if (needed.has(rule) || !reads(expr, rule)) continue;
      needed.add(rule);
      waiting.push(rule.expr);
    }
  }
  return needed;
}

function reads(expr: string, { record }: Recording): boolean {
  return new RegExp(`(?<![\\w:])${record}(?![\\w:])`).test(expr);
}

/** Rules in layers: each reads only what the ones before recorded. */
function layRules(rules: readonly Recording[]): readonly (readonly Recording[])[] {
  const layers: Recording[][] = [];
  let left = rules;
  while (left.length > 0) {
    const next = left.filter(({ expr }) => !left.some((rule) => reads(expr, rule)));
    if (next.length === 0) throw new Error('recording rules that read each other');
    layers.push([...next]);
    left = left.filter((rule) => !next.includes(rule));
  }
  return layers;
}

interface Server {
  readonly url: string;
  readonly running: Running;
}

async function start(workspace: Workspace, { step }: StoreSpan, turn: number): Promise<Server> {
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
    `--query.lookback-delta=${Math.floor(0.8 * step)}s`,
    '--query.max-samples=1000000000',
    '--query.timeout=1h',
  ];
  const program = { name: `prometheus-${turn}`, path: '/usr/bin/prometheus', args };
  return { url, running: await startHealthy(workspace, program, { url: `${url}/-/ready` }) };
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
