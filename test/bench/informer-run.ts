/** Measures one process life of client-node's informer, from outside. */
import { setTimeout as delay } from 'node:timers/promises';
import { startApi } from './api-process.ts';
import { startProgram } from './child.ts';
import { DAEMON } from './daemon-objects.ts';
import type { Figures } from './figures.ts';
import { readProcess } from './process-figures.ts';
import { createStalls, wallClock } from './stalls.ts';
import { EVENTS, EVENTS_A_SECOND, SETTLE_MS } from './workload.ts';

// More does not fit into the one string that its plain list is made of.
const MOST_NODES_UNPAGED = 50_000;

/** Runs it until everything is cached, then through the events. */
export async function runInformer(nodes: number): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const api = stack.adopt(await startApi(nodes, 'streaming'), (own) => own.stop());
  const stalls = stack.use(createStalls());
  const program = new URL('informer-process.ts', import.meta.url).pathname;
  const paged = String(nodes > MOST_NODES_UNPAGED);
  const command = [process.execPath, program, api.kubeconfig, DAEMON.namespace, String(nodes), paged];
  const child = stack.adopt(startProgram(command, stalls.env), (own) => own.stop());
  await child.line('synced');
  const firstMs = wallClock();
  const wallS = (performance.now() - child.startedMs) / 1000;
  const { cpuS } = await readProcess(child.pid);
  await delay(SETTLE_MS);
  const settled = await readProcess(child.pid);
  await api.heartbeats(EVENTS, EVENTS_A_SECOND);
  for (let updates = 0; updates < EVENTS;) updates = Number((await child.line('updates'))['updates']);
  const after = await readProcess(child.pid);
  return {
    cpuS,
    wallS,
    peakMb: after.peakMb,
    settledMb: settled.rssMb,
    stallMs: stalls.longest(0, firstMs),
    eventsCpuMs: ((after.cpuS - settled.cpuS) * 1000) / (EVENTS / 1000),
    delayMs: NaN,
    scrapeMs: NaN,
    scrapeBytes: NaN,
  };
}
