/**
 * `npm run bench`: measures the collector at 5,000, 20,000 and 100,000 nodes against the informer of client-node and the mere reading of the
 * bytes. Linux only.
 *
 *     node test/bench/main.ts [--nodes 5000,20000,100000] [--rounds 3] [--only streaming,reader,informer,paged,policies] [--json-only]
 *       [--node-flags '--FLAG ...'] [--record]
 *
 * The collector is packed and run as it would be installed. `--json-only`: the API server knows no protobuf. `--node-flags` go to the
 * collector's Node in place of its own. `--record` appends the tables to docs/performance.md. Exits 1 if a promise does not hold.
 */
import { appendFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { PARTS, runContest, type Contest, type Part } from './contest.ts';
import { judge } from './judge.ts';
import { packProgram } from './packed-program.ts';
import { describeContests } from './report.ts';

const RECORD = new URL('../../docs/performance.md', import.meta.url);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '5000,20000,100000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: PARTS.join() },
      'json-only': { type: 'boolean', default: false },
      'node-flags': { type: 'string', default: '' },
      record: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const nodeFlags = values['node-flags'].split(' ').filter((flag) => flag !== '');
  const jsonOnly = values['json-only'];
  const setting = { program: packProgram(), rounds, nodeFlags, jsonOnly, parts: readParts(values.only) };
  const contests: Contest[] = [];
  for (const nodes of values.nodes.split(',').map(Number))
    contests.push(await runContest({ ...setting, nodes, log: (line) => process.stderr.write(`${line}\n`) }));
  const flags = [...(jsonOnly ? ['JSON only'] : []), ...nodeFlags].map((flag) => `, ${flag}`).join('');
  const title = `### ${new Date().toISOString().slice(0, 10)}: ${describeMachine()}, ${rounds} rounds${flags}`;
  const report = `${title}\n\n${describeContests(contests)}`;
  process.stdout.write(`${report}\n`);
  if (values.record) await appendFile(RECORD, `\n${report}\n`);
  if (judge(contests).some(({ holds }) => !holds)) process.exitCode = 1;
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

await main();
