/**
 * One replay in a process of its own: `node --expose-gc replay-process.ts NODES HOURS WARM-UP-HOURS SEED [json]`. Says each hour on stdout what the heap
 * holds after a full collection.
 */
import { replay } from './replay.ts';

const [nodes, hours, warmUpHours, seed] = process.argv.slice(2, 6).map(Number);
const MEGABYTE = 1e6;

await replay({
  nodes: nodes ?? 0,
  hours: hours ?? 0,
  warmUpHours: warmUpHours ?? 0,
  seed: seed ?? 0,
  jsonOnly: process.argv[6] === 'json',
  onHour: ({ hour, sent, taken, faults }) => {
    if (globalThis.gc === undefined) throw new Error('start it with --expose-gc');
    globalThis.gc();
    const { heapUsed, rss, external } = process.memoryUsage();
    const memory = { heapMb: heapUsed / MEGABYTE, rssMb: rss / MEGABYTE, externalMb: external / MEGABYTE };
    process.stdout.write(`${JSON.stringify({ hour, sent, taken, faults, ...memory })}\n`);
  },
});
