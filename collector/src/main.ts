/** The process of the `rollcall` command. */
import { text } from 'node:stream/consumers';
import { runRollcall } from './cli/rollcall.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read us has enough, as in `rollcall coverage | head`.
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await runRollcall(process.argv.slice(2), {
  env: process.env,
  out: (written) => process.stdout.write(written),
  err: (written) => process.stderr.write(written),
  readStdin: () => text(process.stdin),
  signal: interrupt.signal,
});
