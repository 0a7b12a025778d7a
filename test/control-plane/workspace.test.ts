/** Nothing that a test starts outlives it, however it ends. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startHealthy } from './health.ts';
import { waitFor } from './wait.ts';
import { openWorkspace } from './workspace.ts';

const sleeper = { name: 'sleeper', path: 'sh', args: ['-c', 'echo "pid $$"; exec sleep 1000'] };

async function readPid(log: () => Promise<string>): Promise<number> {
  return waitFor(async () => Number(/pid (\d+)/.exec(await log())?.[1]) || undefined, { what: 'the pid in the log' });
}

// A killed process whose new parent has not asked for its end yet is still listed, as a zombie.
function isAlive(pid: number): boolean {
  try {
    if (existsSync('/proc/self/stat')) return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('closing a workspace ends its processes and removes its folder', async () => {
  const workspace = await openWorkspace();
  const running = await workspace.start(sleeper);
  const pid = await readPid(() => workspace.logTail('sleeper'));
  expect([isAlive(pid), running.ending()]).toEqual([true, undefined]);

  await workspace.close();
  await workspace.close();

  expect([isAlive(pid), running.ending()]).toEqual([false, 'signal SIGKILL']);
  expect(existsSync(workspace.folder)).toBe(false);
});

test('a workspace whose owner is killed is cleaned up all the same', async () => {
  const script = `
    import { openWorkspace } from './workspace.ts';
    const workspace = await openWorkspace();
    await workspace.start(${JSON.stringify(sleeper)});
    console.log(workspace.folder);
    setInterval(async () => console.log(await workspace.logTail('sleeper')), 20);`;
  const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { cwd: import.meta.dirname });
  let output = '';
  owner.stdout.on('data', (data: Buffer) => (output += data.toString()));
  const pid = await readPid(async () => output);
  const folder = output.split('\n')[0] ?? '';
  expect([isAlive(pid), existsSync(folder)]).toEqual([true, true]);

  owner.kill('SIGKILL');

  await waitFor(async () => !isAlive(pid) && !existsSync(folder), { what: 'the guard to clean up', deadlineMs: 5_000 });
});

test('a program that ends at its start is reported with how it ended and its log', async () => {
  const workspace = await openWorkspace();
  const program = { name: 'broken', path: 'sh', args: ['-c', 'echo no such flag; exit 3'] };
  const start = startHealthy(workspace, program, { url: 'http://127.0.0.1:1/' });
  await expect(start).rejects.toThrow('broken: ended at its start by exit code 3\nno such flag');
  await workspace.close();
});

test('a program that does not exist is reported', async () => {
  const workspace = await openWorkspace();
  await expect(workspace.start({ name: 'none', path: '/no/such/program', args: [] })).rejects.toThrow('ENOENT');
  await workspace.close();
});

test('waiting in vain says for what, how long and why', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('refused')), { what: 'an answer', deadlineMs: 0 });
  await expect(waiting).rejects.toThrow('waited 0 ms in vain for an answer: refused');
});
