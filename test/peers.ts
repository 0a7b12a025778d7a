/**
 * `make peers`: everything that is compared with a program of others, one part after the other, each of which writes its answers. Builds those
 * programs first where the cache lacks them. Says what each part took; `--only NAME` plays those whose name has it. Exits 1 if one fails.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const PARTS = [
  'e2e/expectation-answers.ts',
  'bench/ksm-answers.ts',
  'canary/loki-answers.ts',
  'dashboards/loki-answers.ts',
  'rules/format-answers.ts',
  'rules/promtool-answers.ts',
  'rules/sloth-answers.ts',
  'e2e/alertmanager-answers.ts',
] as const;

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

async function play(part: string): Promise<{ readonly line: string; readonly held: boolean }> {
  console.log(`\n=== ${part}`);
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, part)], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  return { line: `${part}: ${code === 0 ? 'done' : 'FAILED'}, ${seconds} s`, held: code === 0 };
}

const parts = PARTS.filter((part) => part.includes(values.only));
if (parts.length === 0) throw new Error(`--only ${values.only}: no part has that in its name`);
const endings = [];
for (const part of parts) endings.push(await play(part));
console.log(`\n=== summary\n${endings.map(({ line }) => line).join('\n')}`);
process.exitCode = endings.every(({ held }) => held) ? 0 : 1;
