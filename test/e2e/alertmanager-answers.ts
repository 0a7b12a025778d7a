/** Runs the tests of routes, inhibition, intervals and messages on a newer Alertmanager than Debian's and keeps what came out: `make peers` runs it. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureNewAlertmanager } from '../control-plane/peer.ts';
import { openWorkspace } from '../control-plane/workspace.ts';

const SUITES = ['test/e2e/paging-routes.e2e.test.ts', 'test/e2e/alertmanager.e2e.test.ts'];
const ANSWERS = join(import.meta.dirname, 'alertmanager-answers.json');

interface Results {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function main(): Promise<void> {
  const { server, amtool } = await ensureNewAlertmanager();
  const workspace = await openWorkspace();
  try {
    const output = join(workspace.folder, 'results.json');
    const env = { ...process.env, ROLLCALL_ALERTMANAGER: server, ROLLCALL_AMTOOL: amtool };
    const args = [
      'run',
      '--silent',
      'e2e',
      '--',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ];
    const { status } = spawnSync('npm', [...args, ...SUITES], { stdio: 'inherit', env });
    const { testResults } = JSON.parse(await readFile(output, 'utf8')) as Results;
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    const names = (passed: boolean): readonly string[] =>
      all.flatMap(({ status: said, fullName }) => ((said === 'passed') === passed ? [fullName] : [])).toSorted();
    const answers = { version: await readVersion(server), passed: names(true), failed: names(false) };
    const text = `${JSON.stringify(answers, undefined, 2)}\n`;
    await writeFile(ANSWERS, text);
    console.log(text);
    process.exitCode = status ?? 1;
  } finally {
    await workspace.close();
  }
}

async function readVersion(server: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(server, ['--version']);
  return /^(\w+, version \S+)/.exec(stdout + stderr)?.[1] ?? 'alertmanager, version unknown';
}

await main();
