/** A Prometheus with a past: counters back-filled, recording rules evaluated over all of it in order of need, alerts asked by range queries. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ensurePrometheus } from '../control-plane/prometheus.ts';
import { openWorkspace, type Workspace } from '../control-plane/workspace.ts';
import { startRuleServer, type Answer, type RuleServer, type StoreSpan } from './rule-server.ts';

const run = promisify(execFile);

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

/** The store; whoever opened it closes it. */
export interface RuleStore extends Omit<RuleServer, 'kill'> {
  /** Evaluates recording rules in order of need: those that a reader needs over the whole span, the others at its end alone. */
  record(rules: readonly Recording[], readers: readonly string[]): Promise<void>;
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

/** Rules that are to be recorded, and those of them of which the whole span is. */
interface Recorded {
  readonly rules: readonly Recording[];
  readonly needed: ReadonlySet<Recording>;
}

async function serve(workspace: Workspace, span: StoreSpan): Promise<RuleStore> {
  let server = await startRuleServer(workspace, span, 0);
  let turn = 1;
  return {
    record: async (rules, readers) => {
      const needed = findNeeded(rules, readers);
      for (const layer of layRules(rules)) {
        await recordLayer({ workspace, span, server }, { rules: layer, needed });
        // It reads new blocks at a start, and only a minute later by itself; those that it saw one by one it would put together one by one.
        await server.kill();
        await moveBlocks(workspace);
        server = await startRuleServer(workspace, span, turn);
        turn += 1;
      }
    },
    askRange: (expr) => server.askRange(expr),
    askAt: (expr, time) => server.askAt(expr, time),
    weigh: (expr) => server.weigh(expr),
    settle: () => server.settle(),
    readCpu: () => server.readCpu(),
    close: workspace.close,
  };
}

interface Site {
  readonly workspace: Workspace;
  readonly span: StoreSpan;
  readonly server: RuleServer;
}

/** Not by promtool's own back-filling of rules: it evaluates each file at another phase of the interval. */
async function recordLayer({ workspace, span, server }: Site, { rules, needed }: Recorded): Promise<void> {
  const waiting = [...rules];
  const work = async (): Promise<void> => {
    for (let rule = waiting.shift(); rule !== undefined; rule = waiting.shift()) {
      const name = `recorded-${waiting.length}`;
      const answers = await (needed.has(rule) ? server.askRange(rule.expr) : server.askAt(rule.expr, span.to));
      if (answers.length > 0) await ingest({ workspace, span, name, into: INCOMING }, writeRecorded(rule, answers));
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
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
