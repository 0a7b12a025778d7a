/** Reads what the probe of requests saw inside the collector. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was seen between two instants (Unix milliseconds), milliseconds each: requests inside, and how late the event loop was. */
export interface HandlerProbe {
  /** What the process must have in its environment, beside the flags of others for its Node. */
  readonly env: NodeJS.ProcessEnv;
  read(kind: 'request' | 'loop', fromMs: number, toMs: number): readonly number[];
}

/** Ready to be given to one process; writes into the folder. `nodeOptions` are those that the process has already. */
export function createHandlerProbe(folder: string, nodeOptions = ''): HandlerProbe {
  const path = join(folder, 'handler');
  writeFileSync(path, '');
  const probe = new URL('handler-probe.js', import.meta.url).pathname;
  return {
    env: { BENCH_HANDLER: path, NODE_OPTIONS: `${nodeOptions} --import=${probe}`.trim() },
    read: (kind, fromMs, toMs) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.split(' '))
        .filter(([at, what]) => what === kind && Number(at) > fromMs && Number(at) <= toMs)
        .flatMap(([, , ...values]) => values.filter((value) => value !== '').map(Number)),
  };
}
