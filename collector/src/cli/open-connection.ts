/** Opens the connection that the kubeconfig flags name, with the machine's files, clocks and timers. */
import { readFile } from 'node:fs/promises';
import type { Spans } from '@rollcall/contract';
import { loadConnection, type Connection } from '@rollcall/kube';
import type { Io } from './command.ts';
import { systemClock, systemTimers } from './system-clock.ts';
import { VERSION } from './version.ts';

/** kubectl's flags that choose a cluster. */
export interface ClusterFlags {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** The connection; nothing is sent yet. Rejects with a KubeError that names the file, the field and the mend. */
export function openConnection(
  { kubeconfig, context }: ClusterFlags,
  env: Io['env'],
  spans?: Spans,
): Promise<Connection> {
  return loadConnection({
    kubeconfig,
    context,
    env,
    version: VERSION,
    spans,
    readFile: (path) => readFile(path, 'utf8'),
    clock: systemClock,
    timers: systemTimers,
  });
}
