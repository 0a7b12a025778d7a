/**
 * `npm run campaign`: the seeded runs, too slow for every commit. Each part takes as many seeds as it is asked for, from `--first` on:
 *
 *     node test/campaign.ts [--embedded 950] [--real 50] [--suites 10] [--first 1] [--workers 2]
 *
 * `embedded`: a town on the embedded API under mixed faults, on simulated time; `real`: collectors on the real control plane behind a
 * proxy that does mischief; `suites`: the expectation against the Go function, and
 * the collector against a living world's truth. `--faults` plays the fault matrix in place of all that (faults/play-matrix.ts; `--only` a
 * pattern of its causes, `--fast` controllers), `--drills` the drills (drills/drills.ts), `--disk` a disk that hangs (as root), `--long 10` the fast tests and the
 * comparison with Go's protobuf with ten times the seeds and runs that every commit has. `--rules-fuzz 10000` plays so many fuzzed cases of
 * the rules (rules/play-fuzz.ts) and writes what came out into docs/rules.md, `--mutants` their mutants. `--day` plays a scripted
 * day of alerts with so many `--seeds` (day/play-days.ts) and writes docs/alert-day.md. Appends its answer to docs/campaign.md; a seed that fails is printed with its faults
 * and the command that repeats it, and belongs into campaign/regressions.ts. Exits 1 if one fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { PlayedLine } from './campaign/play-seeds.ts';
import { playDays } from './day/play-days.ts';
import { playDrills } from './drills/play-drills.ts';
import { playHangingDisk } from './drills/play-hanging-disk.ts';
import { playMatrix } from './faults/play-matrix.ts';
import { playFuzz } from './rules/play-fuzz.ts';
import { playMutants } from './rules/play-mutants.ts';

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
  const some = Math.min(workers, count);
  const work = (index: number): Promise<readonly PlayedLine[]> =>
    playSeeds('embedded', { first: first + index, count: Math.ceil((count - index) / some), step: some, tally });
  const lines = (await Promise.all(Array.from({ length: some }, (_, index) => work(index)))).flat();
  const sum = (pick: (line: PlayedLine) => number | undefined): string =>
    lines.reduce((total, line) => total + (pick(line) ?? 0), 0).toFixed(0);
  const [looks, dark, all] = [sum((l) => l.looks), sum((l) => l.unobservedHours), sum((l) => l.expectedHours)];
  tally.note = `${looks} looks; ${dark} of ${all} node-hours unobserved, each accounted for`;
  return tally;
}

/** Plays the real ones in one process: the control plane is one for all. */
async function playReal({ first, count }: Range): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: [], note: '' };
  const lines = await playSeeds('real', { first, count, step: 1, tally });
  tally.note = `${lines.reduce((total, { looks }) => total + looks, 0)} looks at 20 calm nodes`;
  return tally;
}

interface Seeds {
  readonly first: number;
  readonly count: number;
  readonly step: number;
  readonly tally: Tally;
}

async function playSeeds(part: 'embedded' | 'real', seeds: Seeds): Promise<readonly PlayedLine[]> {
  const { first, count, step, tally } = seeds;
  const args = [join(import.meta.dirname, 'campaign/play-seeds.ts'), part, first, count, step].map(String);
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const lines: PlayedLine[] = [];
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as PlayedLine;
    lines.push(line);
    book(tally, part, line);
  }
  const [code] = (await ended) as [number | null];
  if (lines.length < count)
    throw new Error(`a process ended after ${lines.length} of ${count} runs (exit code ${code})`);
  return lines;
}

function book(tally: Tally, part: 'embedded' | 'real', { seed, faults, plan }: PlayedLine): void {
  if (faults.length === 0) tally.passed += 1;
  else {
    tally.failed.push(seed);
    const others = { embedded: 0, real: 0, [part]: 1 };
    console.log(`FAILED: ${plan}\n${faults.join('\n')}`);
    console.log(`  npm run campaign -- --embedded ${others.embedded} --real ${others.real} --suites 0 --first ${seed}`);
  }
  const done = tally.passed + tally.failed.length;
  if (part === 'real' || done % 50 === 0) console.log(`${done} ${part} runs, ${tally.failed.length} failed`);
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

/** Runs the fast tests and the comparison with Go with so many times their seeds and runs; vitest.config.ts reads the variable. */
async function playLong(rounds: number): Promise<boolean> {
  if (!(rounds >= 1)) throw new Error(`--long is how many times the runs of a commit: ${rounds}`);
  const env = { ...process.env, ROLLCALL_LONG: String(rounds) };
  let passed = true;
  for (const args of [['test'], ['e2e', '--', 'test/protobuf/compare.e2e.test.ts']]) {
    const child = spawn('npm', ['run', '--silent', ...args], { stdio: 'inherit', env });
    const [code] = (await once(child, 'close')) as [number | null];
    passed &&= code === 0;
  }
  return passed;
}

const PARTS = { embedded: playEmbedded, real: playReal, suites: runSuites } as const;

const OPTIONS = {
  embedded: { type: 'string', default: '950' },
  real: { type: 'string', default: '50' },
  suites: { type: 'string', default: '10' },
  first: { type: 'string', default: '1' },
  workers: { type: 'string', default: '2' },
  faults: { type: 'boolean', default: false },
  drills: { type: 'boolean', default: false },
  disk: { type: 'boolean', default: false },
  mutants: { type: 'boolean', default: false },
  'rules-fuzz': { type: 'string', default: '' },
  day: { type: 'boolean', default: false },
  seeds: { type: 'string', default: '3' },
  long: { type: 'string', default: '' },
  only: { type: 'string', default: '' },
  fast: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** What is played in place of the seeded runs; undefined for none. */
function findOther(values: Values): (() => Promise<boolean>) | undefined {
  const { drills, disk, mutants, faults, only, fast } = values;
  const { day, seeds, first } = values;
  if (day) return () => playDays(Array.from({ length: Number(seeds) }, (_, at) => Number(first) + at));
  if (drills) return () => playDrills().then(() => true);
  if (disk) return () => playHangingDisk().then(() => true);
  if (mutants) return async () => (await playMutants()).length === 0;
  if (values['rules-fuzz'] !== '')
    return () =>
      playFuzz({ first: Number(first), count: Number(values['rules-fuzz']), workers: Number(values.workers) });
  if (values.long !== '') return () => playLong(Number(values.long));
  return faults ? () => playMatrix({ only, profile: fast ? 'fast' : 'default' }) : undefined;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const other = findOther(values);
  if (other === undefined) return playParts(values);
  process.exitCode = (await other()) ? 0 : 1;
}

async function playParts(values: Values): Promise<void> {
  const [first, workers] = [Number(values.first), Number(values.workers)];
  for (const part of ['embedded', 'real', 'suites'] as const) {
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
