/** `npm run test:all`, what `make test` runs once the machine is set up: every phase, then how each ended, then the sum. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensurePrometheus } from './control-plane/index.ts';
import { countNets, countTests, readClosingLines, settle, type Tally } from './count-results.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const REPORTS = join(REPOSITORY, '.cache/test');

interface Phase {
  readonly name: string;
  /** An npm script with its arguments. */
  readonly script: readonly [string, ...string[]];
  readonly count: (output: string) => Tally;
}

interface Outcome extends Tally {
  readonly name: string;
  readonly seconds: number;
  readonly closing: readonly string[];
}

const PHASES: readonly Phase[] = [
  { name: 'control plane', script: ['control-plane'], count: () => ({ passed: 0, failed: 0 }) },
  { name: 'check', script: ['check'], count: countNets },
  vitestPhase('unit', 'test'),
  vitestPhase('e2e', 'e2e'),
];

async function runAll(): Promise<number> {
  // Before all else: if it cannot be had, the command that mends it is told at once.
  await ensurePrometheus();
  const outcomes = [];
  for (const phase of PHASES) outcomes.push(await runPhase(phase));
  return tellOutcomes(outcomes);
}

function vitestPhase(name: string, script: string): Phase {
  const report = join(REPORTS, `${name}.json`);
  rmSync(report, { force: true });
  return {
    name,
    script: [script, '--', '--reporter=default', '--reporter=json', `--outputFile=${report}`],
    count: () => (existsSync(report) ? countTests(readFileSync(report, 'utf8')) : { passed: 0, failed: 1 }),
  };
}

async function runPhase({ name, script, count }: Phase): Promise<Outcome> {
  console.log(`\n=== ${name}`);
  const started = performance.now();
  const child = spawn('npm', ['run', '--silent', ...script], { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += stripVTControlCharacters(text);
    process.stdout.write(text);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const tally = settle(count(output), exitCode ?? 1);
  return { name, ...tally, seconds: (performance.now() - started) / 1000, closing: readClosingLines(output) };
}

/** Prints the closing lines of every runner, the time of every phase and the sum; returns how many failed. */
function tellOutcomes(outcomes: readonly Outcome[]): number {
  console.log('\n=== summary');
  for (const { name, passed, failed, seconds, closing } of outcomes) {
    console.log(`${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
    for (const line of closing) console.log(`  ${line}`);
  }
  const sum = (figure: (outcome: Outcome) => number): number => outcomes.reduce((total, one) => total + figure(one), 0);
  console.log(`${sum(({ seconds }) => seconds).toFixed(1)} s in all`);
  console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
  return sum(({ failed }) => failed);
}

const failed = await runAll().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  return 1;
});
process.exitCode = failed === 0 ? 0 : 1;
