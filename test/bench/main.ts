/**
 * `npm run bench`: measures the collector at 5,000, 20,000 and 100,000 nodes against the informer of client-node and the mere reading of the
 * bytes, and against kube-state-metrics if `make peers` has built it. Linux only.
 *
 *     node test/bench/main.ts [--nodes 5000,20000,100000] [--rounds 3] [--only streaming,reader,informer,paged,ksm,ksm-question,policies] [--json-only]
 *       [--node-flags '--FLAG ...'] [--record]
 *     node test/bench/main.ts --only heartbeats [--senders 20000] [--seconds 30] [--lanes 256,own,fresh] [--transports plain,tls]
 *       every node's daemon reports every 10 s, over so many shared connections, one that each keeps, or a fresh one each time
 *     node test/bench/main.ts --only replay [--hours 24] [--seed 20260302]      a day of 20,000 nodes at speed: does memory grow?
 *     node test/bench/main.ts --only dashboards [--days 30]      a month of 5,000 nodes: how long does each query of a board take?
 *
 * The collector is packed and run as it would be installed. `--json-only`: the API server knows no protobuf. `--node-flags` go to the
 * collector's Node in place of its own. `--record` appends the tables to docs/performance.md. Exits 1 if a promise does not hold.
 */
import { appendFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { PARTS, runContest, type Contest, type Part } from './contest.ts';
import { describeBoards } from './describe-boards.ts';
import { runBoards } from './boards-run.ts';
import { describeHeartbeats } from './describe-heartbeats.ts';
import { runHeartbeats, type HeartbeatRun } from './heartbeat-run.ts';
import { judge } from './judge.ts';
import { packProgram } from './packed-program.ts';
import { describeReplay, runReplay, type ReplayRun } from './replay-run.ts';
import { describeContests } from './report.ts';
import type { LaneKind } from './sender-plan.ts';

const REPLAYED_NODES = 20_000;
const RECORD = new URL('../../docs/performance.md', import.meta.url);

const OPTIONS = {
  nodes: { type: 'string', default: '5000,20000,100000' },
  rounds: { type: 'string', default: '3' },
  only: { type: 'string', default: PARTS.join() },
  'json-only': { type: 'boolean', default: false },
  'node-flags': { type: 'string', default: '' },
  record: { type: 'boolean', default: false },
  hours: { type: 'string', default: '24' },
  days: { type: 'string', default: '30' },
  seed: { type: 'string', default: '20260302' },
  senders: { type: 'string', default: '20000' },
  seconds: { type: 'string', default: '30' },
  lanes: { type: 'string', default: '256,own,fresh' },
  transports: { type: 'string', default: 'plain,tls' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.only === 'dashboards') return dashboardsOnly(readCount('days', values.days));
  if (values.only === 'replay')
    return replayOnly({
      hours: readCount('hours', values.hours),
      seed: readCount('seed', values.seed),
      jsonOnly: values['json-only'],
    });
  if (values.only === 'heartbeats')
    return heartbeatsOnly({
      senders: readCount('senders', values.senders),
      seconds: readCount('seconds', values.seconds),
      nodeFlags: values['node-flags'].split(' ').filter((flag) => flag !== ''),
      lanes: readLanes(values.lanes),
      tls: readTransports(values.transports),
    });
  const rounds = readCount('rounds', values.rounds);
  const nodeFlags = values['node-flags'].split(' ').filter((flag) => flag !== '');
  const jsonOnly = values['json-only'];
  const setting = { program: packProgram(), rounds, nodeFlags, jsonOnly, parts: readParts(values.only) };
  const contests: Contest[] = [];
  for (const nodes of values.nodes.split(',').map((size) => readCount('nodes', size)))
    contests.push(await runContest({ ...setting, nodes, log: (line) => process.stderr.write(`${line}\n`) }));
  const flags = [...(jsonOnly ? ['JSON only'] : []), ...nodeFlags].map((flag) => `, ${flag}`).join('');
  const title = `### ${new Date().toISOString().slice(0, 10)}: ${describeMachine()}, ${rounds} rounds${flags}`;
  const report = `${title}\n\n${describeContests(contests)}`;
  process.stdout.write(`${report}\n`);
  if (values.record) await appendFile(RECORD, `\n${report}\n`);
  if (judge(contests).some(({ holds, measured }) => measured && !holds)) process.exitCode = 1;
}

function readCount(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${flag} ${JSON.stringify(text)}: write a whole number above 0`);
}

/** Prints the verdict on a day's replay. */
async function replayOnly(day: Omit<ReplayRun, 'nodes' | 'log'>): Promise<void> {
  const run = { nodes: REPLAYED_NODES, ...day };
  const result = await runReplay({ ...run, log: (line) => process.stderr.write(`${line}\n`) });
  process.stdout.write(`${describeReplay(run, result)}\n`);
  if (!result.holds) process.exitCode = 1;
}

/** Prints how long the queries of dashboards take over so many days. */
async function dashboardsOnly(days: number): Promise<void> {
  const run = { nodes: 5_000, pools: 10, others: 4, days, scrapeMs: 60_000, repeats: 3 };
  const result = await runBoards({ ...run, log: (line) => process.stderr.write(`${line}\n`) });
  const { text, holds } = describeBoards(run, result);
  process.stdout.write(`${text}\n`);
  if (!holds) process.exitCode = 1;
}

interface HeartbeatRuns extends Omit<HeartbeatRun, 'program' | 'lanes' | 'tls'> {
  readonly lanes: readonly LaneKind[];
  readonly tls: readonly boolean[];
}

/** Prints what heartbeats cost, for each kind of connections; fails if any is lost. */
async function heartbeatsOnly({ lanes, tls, ...rest }: HeartbeatRuns): Promise<void> {
  const program = packProgram();
  for (const isSecure of tls)
    for (const kind of lanes) {
      const run = { program, ...rest, lanes: kind, tls: isSecure };
      const { text, holds } = describeHeartbeats(run, await runHeartbeats(run));
      process.stdout.write(`${text}\n`);
      if (!holds) process.exitCode = 1;
    }
}

function readLanes(text: string): readonly LaneKind[] {
  return text.split(',').map((kind) => (kind === 'own' || kind === 'fresh' ? kind : readCount('lanes', kind)));
}

function readTransports(text: string): readonly boolean[] {
  return text.split(',').map((kind) => {
    if (kind === 'plain' || kind === 'tls') return kind === 'tls';
    throw new Error(`--transports ${kind}: there are plain and tls`);
  });
}

function readParts(text: string): ReadonlySet<Part> {
  const names = text.split(',');
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: there are ${PARTS.join(', ')}`);
  return new Set(PARTS.filter((part) => names.includes(part)));
}

function describeMachine(): string {
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() ?? 'CPU unknown';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores (${process.arch}, ${model}), ${memory}, Node ${process.versions.node}`;
}

await main().catch((error: unknown) => {
  // What a flag got wrong is one line; anything else is a fault of ours.
  console.error(error instanceof Error && error.message.startsWith('--') ? `error: ${error.message}` : error);
  process.exitCode = 2;
});
