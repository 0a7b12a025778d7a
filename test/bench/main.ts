/**
 * `npm run bench`: measures the collector against client-node's informer at 5,000 and 20,000 nodes. Takes about ten minutes; Linux only.
 *
 *     node test/bench/main.ts [--nodes 5000,20000] [--rounds 3] [--node-flags '--FLAG ...'] [--record]
 *
 * The collector is packed and run as it would be installed. `--node-flags` go to its Node in place of its own. `--record` appends the tables to docs/performance.md. Exits 1 if a promise does not hold.
 */
import { appendFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { judge, runContest } from './contest.ts';
import { packProgram } from './packed-program.ts';
import { describeContest } from './report.ts';

const RECORD = new URL('../../docs/performance.md', import.meta.url);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '5000,20000' },
      rounds: { type: 'string', default: '3' },
      'node-flags': { type: 'string', default: '' },
      record: { type: 'boolean', default: false },
    },
  });
  const rounds = Number(values.rounds);
  const nodeFlags = values['node-flags'].split(' ').filter((flag) => flag !== '');
  const program = packProgram();
  const contests = [];
  for (const nodes of values.nodes.split(',').map(Number)) {
    contests.push(
      await runContest({ program, nodes, rounds, nodeFlags, log: (line) => process.stderr.write(`${line}\n`) }),
    );
  }
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${availableParallelism()} cores (${process.arch}), Node ${process.versions.node}, ${rounds} rounds`;
  const flags = nodeFlags.length === 0 ? '' : `, collector with ${nodeFlags.join(' ')}`;
  const report = [`### ${date}: ${machine}${flags}`, ...contests.map(describeContest)].join('\n\n');
  process.stdout.write(`${report}\n`);
  if (values.record) await appendFile(RECORD, `\n${report}\n`);
  if (contests.flatMap(judge).some(({ holds }) => !holds)) process.exitCode = 1;
}

await main();
