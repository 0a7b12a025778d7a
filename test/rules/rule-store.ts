/** A Prometheus with a past: counters back-filled, recording rules evaluated over all of it by promtool, alerts asked by range queries. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { startHealthy } from '../control-plane/health.ts';
import { findFreePorts } from '../control-plane/ports.ts';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace, type Running, type Workspace } from '../control-plane/workspace.ts';

const run = promisify(execFile);

/** The length of one block, hours: a span of 162 h that begins at a multiple of it is one block, which is read fast. */
export const BLOCK_HOURS = 162;

/** A recording rule as its file has it. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The time that is told of, Unix seconds, and the step of samples and evaluations. */
export interface StoreSpan {
  readonly from: number;
  readonly to: number;
  readonly step: number;
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
  /** Evaluates recording rules over the whole span, those that others read first. */
  record(rules: readonly Recording[]): Promise<void>;
  askRange(expr: string): Promise<readonly Answer[]>;
  /** Evaluates at the end of the span, and says what it cost. */
  weigh(expr: string): Promise<Cost>;
  close(): Promise<void>;
}

/** Opens a store of these lines of OpenMetrics (without the closing `# EOF`). */
export async function openRuleStore(lines: Iterable<string>, span: StoreSpan): Promise<RuleStore> {
  await ensurePrometheus();
  const workspace = await openWorkspace();
  try {
    const text = join(workspace.folder, 'past.txt');
    await pipeline(Readable.from(chunk(lines)), createWriteStream(text));
    await promtool(workspace, ['openmetrics', '--quiet', text, join(workspace.folder, 'data')]);
    return await serve(workspace, span);
  } catch (error) {
    await workspace.close();
    throw error;
  }
}

function* writeRecorded({ record, labels = {} }: Recording, answers: readonly Answer[]): Iterable<string> {
  for (const answer of answers) {
    const own = Object.entries({ ...answer.labels, ...labels }).filter(([name]) => name !== '__name__');
    const text = own.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
    for (const [time, value] of answer.values) yield `${record}{${text}} ${value} ${time}`;
  }
}

function* chunk(lines: Iterable<string>, end = '# EOF\n'): Iterable<string> {
  let some: string[] = [];
  for (const line of lines) {
    some.push(line);
    if (some.length < 5_000) continue;
    yield `${some.join('\n')}\n`;
    some = [];
  }
  yield `${some.join('\n')}${some.length > 0 ? '\n' : ''}${end}`;
}

async function promtool({ folder }: Workspace, [from = '', ...args]: readonly string[]): Promise<void> {
  const head = ['tsdb', 'create-blocks-from', `--max-block-duration=${BLOCK_HOURS}h`, from];
  await run('/usr/bin/promtool', [...head, ...args], { cwd: folder, maxBuffer: 64 << 20 });
}

async function serve(workspace: Workspace, span: StoreSpan): Promise<RuleStore> {
  let server = await start(workspace, 0);
  let starts = 1;
  const askRange = async (query: string): Promise<readonly Answer[]> => {
    const { from, to, step } = span;
    const body = { query, start: String(from), end: String(to), step: String(step) };
    const { result } = await ask<Matrix>(`${server.url}/api/v1/query_range`, body);
    return result.map(({ metric, values }) => ({ labels: metric, values }));
  };
  const record = async (rules: readonly Recording[]): Promise<void> => {
    for (const layer of layRules(rules)) {
      // Not by promtool's own back-filling of rules: it evaluates each file at another phase of the interval.
      const file = join(workspace.folder, `layer-${starts}.txt`);
      for (const rule of layer) {
        const lines = chunk(writeRecorded(rule, await askRange(rule.expr)), '');
        await pipeline(Readable.from(lines), createWriteStream(file, { flags: 'a' }));
      }
      await appendFile(file, '# EOF\n');
      await promtool(workspace, ['openmetrics', '--quiet', file, join(workspace.folder, 'data')]);
      // It reads new blocks at a start, and only much later by itself.
      await server.running.kill();
      server = await start(workspace, starts);
      starts += 1;
    }
  };
  return {
    record,
    askRange,
    weigh: async (query) => {
      const body = { query, time: String(span.to), stats: 'all' };
      const { result, stats } = await ask<Weighed>(`${server.url}/api/v1/query`, body);
      const { timings, samples } = stats;
      return {
        samples: samples.totalQueryableSamples,
        milliseconds: timings.evalTotalTime * 1000,
        series: result.length,
      };
    },
    close: workspace.close,
  };
}

/** Rules in layers: each reads only what the ones before recorded. */
function layRules(rules: readonly Recording[]): readonly (readonly Recording[])[] {
  const layers: Recording[][] = [];
  let left = rules;
  while (left.length > 0) {
    const names = left.map(({ record }) => new RegExp(`(?<![\\w:])${record}(?![\\w:])`));
    const next = left.filter(({ expr }) => !names.some((name) => name.test(expr)));
    if (next.length === 0) throw new Error('recording rules that read each other');
    layers.push([...next]);
    left = left.filter((rule) => !next.includes(rule));
  }
  return layers;
}

async function start(workspace: Workspace, turn: number): Promise<{ readonly url: string; readonly running: Running }> {
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
    '--query.lookback-delta=4m',
    '--query.max-samples=1000000000',
    '--query.timeout=20m',
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

interface Weighed {
  readonly result: readonly unknown[];
  readonly stats: {
    readonly timings: { readonly evalTotalTime: number };
    readonly samples: { readonly totalQueryableSamples: number };
  };
}

async function ask<T>(url: string, body: Record<string, string>): Promise<T> {
  const signal = AbortSignal.timeout(1_200_000);
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(body), signal });
  const answer = (await response.json()) as { readonly data?: T; readonly error?: string };
  if (answer.data === undefined) throw new Error(`${body['query']}: ${answer.error}`);
  return answer.data;
}
