import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runRollcall } from './rollcall.ts';
import { runCommand, type Outcome } from './test-run.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const COMMANDS = [
  'serve',
  'coverage',
  'explain',
  'top',
  'history',
  'exclude',
  'slo',
  'verify',
  'plan',
  'validate',
  'generate',
  'crds',
  'canary',
];

function run(...argv: readonly string[]): Promise<Outcome> {
  return runCommand({ run: runRollcall }, argv);
}

test.each([[[]], [['help']], [['--help']], [['-h']]])('the arguments %j show every command', async (argv) => {
  const { code, out, err } = await run(...argv);
  expect([code, err]).toEqual([0, '']);
  for (const name of COMMANDS) expect(out).toMatch(new RegExp(`^  ${name} +[A-Z]`, 'm'));
});

test.each(COMMANDS)('%s shows its help, whatever else is asked', async (name) => {
  for (const argv of [['--help'], ['-h'], ['--bogus', '--help']]) {
    const { code, out, err } = await run(name, ...argv);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^Usage:\n {2}rollcall ${name}\\b`, 'm'));
  }
});

test.each([['version'], ['--version']])('%s tells the version', async (argument) => {
  expect(await run(argument)).toEqual({ code: 0, out: 'rollcall 0.1.0\n', err: '' });
});

test('an unknown command is refused with those that there are', async () => {
  expect(await run('cover', '-h')).toEqual({
    code: 2,
    out: '',
    err: `error: unknown command "cover"; use one of ${COMMANDS.join(', ')}\n`,
  });
});

describe('the process', () => {
  test('ends in silence when its reader has enough, as in `rollcall crds | head`', async () => {
    const child = spawn(process.execPath, [MAIN, 'crds'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(err).toBe('');
  });
});
