/**
 * `npm run campaign`: the seeded runs, too slow for every commit. Each part takes as many seeds as it is asked for, from `--first` on:
 *
 *     node test/campaign.ts [--embedded 950] [--suites 10] [--first 1] [--workers 2]
 *
 * `embedded`: a town on the embedded API under mixed faults, on simulated time; `suites`: the expectation against the Go function, and
 * the collector against a living world's truth. Appends its answer to docs/campaign.md; a seed that fails is printed with its faults
 * and the command that repeats it, and belongs into campaign/regressions.ts. Exits 1 if one fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { PlayedLine } from './campaign/play-seeds.ts';

const RECORD = new URL('../docs/campaign.md', import.meta.url);
const SUITES = ['test/e2e/expectation.e2e.test.ts', 'test/e2e/demo.e2e.test.ts'] as const;

/** What came of a part: how many runs passed, and the seeds that did not. */
interface Tally {
  passed: number;
  readonly failed: number[];
  /** What else is worth a word. */
  note: string;
}

interface Range {
  readonly first: number;
  readonly count: number;
  readonly workers: number;
}

/** Plays the embedded runs in several processes, each of which takes every n-th seed. */
async function playEmbedded({ first, count, workers }: Range): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [], note: '' };
  let [expected, unobserved, looks] = [0, 0, 0];
  const work = async (index: number): Promise<void> => {
    const own = Math.floor((count - index + workers - 1) / workers);
    const args = [join(import.meta.dirname, 'campaign/play-seeds.ts'), first + index, own, workers].map(String);
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    let told = 0;
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as PlayedLine;
      told += 1;
      [expected, unobserved, looks] = [
        expected + line.expectedHours,
        unobserved + line.unobservedHours,
        looks + line.looks,
      ];
      book(tally, line);
    }
    const [code] = (await ended) as [number | null];
    if (told < own) throw new Error(`a process of the campaign ended after ${told} of ${own} runs (exit code ${code})`);
  };
  await Promise.all(Array.from({ length: Math.min(workers, count) }, (_, index) => work(index)));
  tally.note = `${looks} looks; ${unobserved.toFixed(0)} of ${expected.toFixed(0)} node-hours unobserved, each accounted for`;
  return tally;
}

function book(tally: Tally, { seed, faults, plan }: PlayedLine): void {
  if (faults.length === 0) tally.passed += 1;
  else {
    tally.failed.push(seed);
    console.log(`FAILED: ${plan}\n${faults.join('\n')}`);
    console.log(`  npm run campaign -- --embedded 1 --suites 0 --first ${seed}`);
  }
  const done = tally.passed + tally.failed.length;
  if (done % 50 === 0) console.log(`${done} embedded runs, ${tally.failed.length} failed`);
}

async function runSuites({ first, count }: Range): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [], note: 'runs of two suites a seed' };
  for (let seed = first; seed < first + count; seed += 1) {
    for (const suite of SUITES) {
      const passed = await runSuite(suite, seed);
      if (passed) tally.passed += 1;
      else tally.failed.push(seed);
    }
  }
  return tally;
}

async function runSuite(suite: string, seed: number): Promise<boolean> {
  const args = ['run', '--silent', 'e2e', '--', '--reporter=dot', suite];
  const env = { ...process.env, ROLLCALL_SEED: String(seed) };
  const child = spawn('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const [code] = (await once(child, 'close')) as [number | null];
  console.log(`seed ${seed}, ${suite}: ${code === 0 ? 'passed' : 'FAILED'}`);
  if (code !== 0) console.log(`  ROLLCALL_SEED=${seed} npm run e2e -- ${suite}`);
  return code === 0;
}

const PARTS = { embedded: playEmbedded, suites: runSuites } as const;

async function main(): Promise<void> {
  const options = {
    embedded: { type: 'string', default: '950' },
    suites: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
  } as const;
  const { values } = parseArgs({ options });
  const [first, workers] = [Number(values.first), Number(values.workers)];
  for (const part of ['embedded', 'suites'] as const) {
    const count = Number(values[part]);
    if (count === 0) continue;
    const started = performance.now();
    const { passed, failed, note } = await PARTS[part]({ first, count, workers });
    const minutes = ((performance.now() - started) / 60_000).toFixed(1);
    const date = new Date().toISOString().slice(0, 10);
    const seeds = `${first} to ${first + count - 1}`;
    const row = [date, part, seeds, passed, failed.length, failed.join(', ') || '-', `${minutes} min`, note];
    await appendFile(RECORD, `| ${row.join(' | ')} |\n`);
    console.log(`${part}: ${passed} passed, ${failed.length} failed in ${minutes} min; ${note}`);
    if (failed.length > 0) process.exitCode = 1;
  }
}

await main();
