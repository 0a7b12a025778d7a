/**
 * `npm run campaign`: the seeded tests over many seeds, too slow for every commit. Ten seeds, or as many as are asked for:
 *
 *     node test/campaign.ts [--seeds 10] [--first 1]
 *
 * Appends its answer to docs/campaign.md; a seed that fails is printed with the command that repeats it. Exits 1 if one fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const RECORD = new URL('../docs/campaign.md', import.meta.url);
/** Each file with its vitest config: the expectation against the Go function, and the collector against a living world's truth. */
const SUITES = ['test/e2e/expectation.e2e.test.ts', 'test/e2e/demo.e2e.test.ts'] as const;

interface Outcome {
  readonly seed: number;
  readonly suite: string;
  readonly passed: boolean;
}

async function runSuite(suite: string, seed: number): Promise<Outcome> {
  const args = ['run', '--silent', 'e2e', '--', '--reporter=dot', suite];
  const env = { ...process.env, ROLLCALL_SEED: String(seed) };
  const child = spawn('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const [code] = (await once(child, 'close')) as [number | null];
  console.log(`seed ${seed}, ${suite}: ${code === 0 ? 'passed' : 'FAILED'}`);
  if (code !== 0) console.log(`  ROLLCALL_SEED=${seed} npm run e2e -- ${suite}`);
  return { seed, suite, passed: code === 0 };
}

async function main(): Promise<void> {
  const options = { seeds: { type: 'string', default: '10' }, first: { type: 'string', default: '1' } } as const;
  const { values } = parseArgs({ options });
  const [count, first] = [Number(values.seeds), Number(values.first)];
  const started = performance.now();
  const outcomes: Outcome[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    for (const suite of SUITES) outcomes.push(await runSuite(suite, seed));
  }
  const failed = outcomes.filter(({ passed }) => !passed);
  const date = new Date().toISOString().slice(0, 10);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  const line = `| ${date} | ${first} to ${first + count - 1} | ${outcomes.length - failed.length} | ${failed.length} | ${minutes} min |\n`;
  await appendFile(RECORD, line);
  console.log(`${outcomes.length - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await main();
