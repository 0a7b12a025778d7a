/** A temporary folder with child processes in it, none of which outlives the process that opened it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program to run: its name (of its log and in errors), its path and arguments. */
export interface Program {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
}

/** A running program. */
export interface Running {
  /** To send it a gentler signal than `kill` does. */
  readonly pid: number;
  /** How it ended, or undefined while it runs. */
  readonly ending: () => string | undefined;
  /** Kills it as a crash would (SIGKILL) and waits for its end; fine to call twice. */
  readonly kill: () => Promise<void>;
}

/** A fresh temporary folder and what runs in it. */
export interface Workspace {
  readonly folder: string;
  /** Starts a program that writes to `<name>.log`; a restart appends to it. */
  readonly start: (program: Program) => Promise<Running>;
  /** The last lines of a program's log, empty if it never started. */
  readonly logTail: (name: string, lines?: number) => Promise<string>;
  /** Kills everything that was started and removes the folder; fine to call twice. */
  readonly close: () => Promise<void>;
}

// Its standard input ends when this process does, whatever killed it; then it kills what is left, by process id.
const guardScript =
  'read -r _; for file in "$1"/*.pid; do [ -f "$file" ] && kill -9 "$(cat "$file")"; done; rm -rf "$1"';

/** Opens a workspace; the caller owns it and closes it. */
export async function openWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-'));
  // Detached, so that Ctrl-C in a terminal does not end the guard together with what it guards.
  const guard = spawn('sh', ['-c', guardScript, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  const guardEnd = once(guard, 'exit');
  const started = new Set<Running>();
  return {
    folder,
    start: async (program) => {
      const running = await startProgram(folder, program);
      started.add(running);
      return running;
    },
    logTail: (name, lines = 40) => readTail(join(folder, `${name}.log`), lines),
    close: async () => {
      await Promise.all([...started].map((running) => running.kill()));
      guard.ref();
      guard.stdin.end();
      await guardEnd;
    },
  };
}

async function startProgram(folder: string, { name, path, args }: Program): Promise<Running> {
  const log = openSync(join(folder, `${name}.log`), 'a');
  const child = spawn(path, args, { cwd: folder, stdio: ['ignore', log, log] });
  closeSync(log);
  const pidFile = join(folder, `${name}.pid`);
  const { pid } = child;
  // Before anything is awaited, so that the guard knows of it from its first moment; a failed spawn rejects below.
  if (pid !== undefined) writeFileSync(pidFile, String(pid));
  await once(child, 'spawn');
  if (pid === undefined) throw new Error(`${path} was spawned without a process id`);
  let ending: string | undefined;
  const ended = once(child, 'exit').then(async ([code, signal]) => {
    ending = signal === null ? `exit code ${code}` : `signal ${signal}`;
    await rm(pidFile, { force: true });
  });
  return {
    pid,
    ending: () => ending,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function readTail(file: string, lines: number): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
