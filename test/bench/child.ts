/** Starts a Node program of the bench and talks with it through the JSON lines of its stdout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Starts `node ...args`. Its stderr goes to ours. */
export function startNode(args: readonly string[]): Child {
  const startedMs = performance.now();
  const program = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(program, 'close');
  const lines = createInterface(program.stdout)[Symbol.asyncIterator]();
  if (program.pid === undefined) throw new Error(`cannot start node ${args.join(' ')}`);
  return {
    pid: program.pid,
    startedMs,
    async line(field) {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`node ${args.join(' ')} ended without saying "${field}"`);
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
