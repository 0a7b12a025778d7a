/** `npm run test:all`, what `make test` runs once the machine is set up: every phase, then how each ended, then the sum. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ensureAlertmanager, ensurePrometheus } from './control-plane/index.ts';
import {
  countNets,
  countTests,
  readClosingLines,
  readFailures,
  settle,
  type Failure,
  type Tally,
} from './count-results.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const REPORTS = join(REPOSITORY, '.cache/test');

/** Files that failed are played once more, alone, up to this many: one more than that is no bad moment of the machine. */
const REPLAYED_FILES = 3;

interface Phase {
  readonly name: string;
  /** An npm script with its arguments. */
  readonly script: readonly [string, ...string[]];
  readonly count: (output: string) => Tally;
  /** Where vitest's JSON report lies; absent where the phase is not vitest's. */
  readonly report?: string;
}

interface Outcome extends Tally {
  readonly name: string;
  readonly seconds: number;
  readonly closing: readonly string[];
  readonly failures: readonly Failure[];
}

const PHASES: readonly Phase[] = [
  { name: 'control plane', script: ['control-plane'], count: () => ({ passed: 0, failed: 0 }) },
  { name: 'check', script: ['check'], count: countNets },
  vitestPhase('unit', 'test'),
  vitestPhase('e2e', 'e2e'),
];

async function runAll(): Promise<number> {
  // Before all else: if they cannot be had, the command that mends it is told at once.
  await ensurePrometheus();
  await ensureAlertmanager();
  const outcomes = [];
  for (const phase of PHASES) outcomes.push(await runPhase(phase));
  const replayed = await replayFailures(outcomes);
  return tellOutcomes(replayed === undefined ? outcomes : [...outcomes.slice(0, -1), ...replayed]);
}

/**
 * Real servers on a shared machine have bad moments. Files of the last phase, e2e, that failed are played once more: what fails
 * again has failed; what does not is named in the summary as unsteady, with how it failed, so that it is seen and mended.
 * Returns what stands for the last outcome, or nothing where there was nothing to replay.
 */
async function replayFailures(outcomes: readonly Outcome[]): Promise<Outcome[] | undefined> {
  const last = outcomes.at(-1);
  const files = [...new Set((last?.failures ?? []).map(({ file }) => relative(REPOSITORY, file)))];
  if (last === undefined || files.length === 0 || files.length > REPLAYED_FILES) return undefined;
  const again = await runPhase(vitestPhase('e2e, played again', 'e2e', files));
  const unsteady = last.failures.filter((failure) => !again.failures.some((other) => isSameTest(other, failure)));
  const closing = unsteady.map((failure) => `UNSTEADY ${nameFailure(failure)}`);
  return [
    { ...last, failed: 0, failures: [], closing: [...last.closing, ...closing] },
    { ...again, passed: Math.min(again.passed, unsteady.length) },
  ];
}

function isSameTest(one: Failure, other: Failure): boolean {
  return one.file === other.file && one.test === other.test;
}

function nameFailure({ file, test, message }: Failure): string {
  return `${relative(REPOSITORY, file)} > ${test === '' ? 'the file' : test}: ${message}`;
}

function vitestPhase(name: string, script: string, files: readonly string[] = []): Phase {
  const report = join(REPORTS, `${name.replace(/, .*/, '-again')}.json`);
  rmSync(report, { force: true });
  return {
    name,
    report,
    script: [script, '--', ...files, '--reporter=default', '--reporter=json', `--outputFile=${report}`],
    count: () => (existsSync(report) ? countTests(readFileSync(report, 'utf8')) : { passed: 0, failed: 1 }),
  };
}

async function runPhase({ name, script, count, report }: Phase): Promise<Outcome> {
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
  const failures = report !== undefined && existsSync(report) ? readFailures(readFileSync(report, 'utf8')) : [];
  return { name, ...tally, seconds: (performance.now() - started) / 1000, closing: readClosingLines(output), failures };
}

/** Prints the closing lines of every runner, the time of every phase and the sum; returns how many failed. */
function tellOutcomes(outcomes: readonly Outcome[]): number {
  console.log('\n=== summary');
  for (const { name, passed, failed, seconds, closing, failures } of outcomes) {
    console.log(`${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
    for (const line of closing) console.log(`  ${line}`);
    for (const failure of failures) console.log(`  FAILED ${nameFailure(failure)}`);
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
