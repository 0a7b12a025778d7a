/**
 * Plays the cases of rules.e2e.test.ts on promtool of Prometheus 3, which `make peers` builds: the ranges of 3 no longer hold the sample at
 * their beginning, and all tests have to hold on both. Writes how each ended into promtool-answers.txt; exits 1 if one fails.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePromtool3 } from '../control-plane/peer.ts';
import { openWorkspace } from '../control-plane/workspace.ts';
import { readEndings } from '../count-results.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const ANSWERS = join(import.meta.dirname, 'promtool-answers.txt');
const CASES = 'test/rules/rules.e2e.test.ts';

async function playOn(promtool: string): Promise<string> {
  const workspace = await openWorkspace();
  try {
    const report = join(workspace.folder, 'report.json');
    const args = ['run', '--silent', 'e2e', '--', CASES, '--reporter=default', '--reporter=json'];
    const child = spawn('npm', [...args, `--outputFile=${report}`], {
      cwd: REPOSITORY,
      env: { ...process.env, ROLLCALL_PROMTOOL: promtool },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await once(child, 'close');
    return await readFile(report, 'utf8');
  } finally {
    await workspace.close();
  }
}

const promtool = await ensurePromtool3();
const { stdout } = await promisify(execFile)(promtool, ['--version']);
const endings = readEndings(await playOn(promtool));
const lines = endings.map(({ status, test }) => `${status} ${test}`);
await writeFile(
  ANSWERS,
  [
    '# Generated, do not edit: node test/rules/promtool-answers.ts (needs Go).',
    `# How ${CASES} ends on ${/promtool, version \S+/.exec(stdout)?.[0]}.`,
    ...lines,
    '',
  ].join('\n'),
);
console.log(lines.join('\n'));
if (endings.length === 0 || endings.some(({ status }) => status !== 'passed')) process.exitCode = 1;
