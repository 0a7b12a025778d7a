/** Starts a program and talks with it through the JSON lines of its stdout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';

/** A started program. */
export interface Child {
  readonly pid: number;
  /** `performance.now()` just before it was started. */
  readonly startedMs: number;
  /** The next line (or one that came already and was not asked for) that has this field. Rejects if the program ends before. */
  line(field: string): Promise<Readonly<Record<string, unknown>>>;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

/** Starts a program on the Node that runs this one, whether it is named or found by `#!/usr/bin/env node`. Its stderr goes to ours. */
export function startProgram([path = '', ...args]: readonly string[], more: NodeJS.ProcessEnv = {}): Child {
  const startedMs = performance.now();
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`, ...more };
  const program = spawn(path, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = once(program, 'close');
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
  if (program.pid === undefined) throw new Error(`cannot start ${path}`);
  // Nobody outlives us, however we end.
  const end = (): void => void program.kill('SIGKILL');
  process.once('exit', end);
  void ended.then(() => process.off('exit', end));
  return {
    pid: program.pid,
    startedMs,
    async line(field) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`${path} ${args.join(' ')} ended without saying "${field}"`);
        const said: unknown = value.startsWith('{') ? JSON.parse(value) : undefined;
        if (typeof said === 'object' && said !== null && field in said) return said as Record<string, unknown>;
      }
    },
    async stop() {
      program.kill('SIGTERM');
      const late = setTimeout(() => program.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
  };
}
