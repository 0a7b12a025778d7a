/** Measures one process life of the floor, from outside. */
import { startApi } from './api-process.ts';
import { startProgram } from './child.ts';
import type { Figures } from './figures.ts';
import { readProcess } from './process-figures.ts';
import { NODES_PATH, PODS_PATH } from './synthetic-cluster.ts';

/** Runs it until everything is read, in the encoding that this Accept header asks for. */
export async function runReader(
  nodes: number,
  { accept, jsonOnly }: { accept: string; jsonOnly: boolean },
): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const api = stack.adopt(await startApi(nodes, 'streaming', { jsonOnly }), (own) => own.stop());
  const program = new URL('reader-process.ts', import.meta.url).pathname;
  const urls = [NODES_PATH, PODS_PATH].map((path) => `${api.url}${path}`);
  const child = stack.adopt(startProgram([process.execPath, program, api.caFile, accept, ...urls]), (own) =>
    own.stop(),
  );
  await child.line('read');
  const wallS = (performance.now() - child.startedMs) / 1000;
  const { cpuS, peakMb, rssMb } = await readProcess(child.pid);
  return {
    cpuS,
    wallS,
    peakMb,
    settledMb: rssMb,
    stallMs: NaN,
    eventsCpuMs: NaN,
    delayMs: NaN,
    scrapeMs: NaN,
    scrapeBytes: NaN,
  };
}
