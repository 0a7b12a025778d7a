/** The replay of a day in a process of its own, and the verdict on its memory: does it grow? */
import { startProgram } from './child.ts';
import { fitSlope, type Slope } from './replay-slope.ts';

/** What is replayed, and where each hour's line goes. */
export interface ReplayRun {
  readonly nodes: number;
  readonly hours: number;
  readonly seed: number;
  readonly jsonOnly: boolean;
  log(line: string): void;
}

/** What came of it. Slopes are megabytes an hour of cluster time; hours, events and seconds are those after the warm-up. */
export interface ReplayResult {
  readonly hours: readonly HourLine[];
  readonly events: number;
  readonly seconds: number;
  readonly heap: Slope;
  readonly rss: Slope;
  /** That the heap does not grow, and that every identity held in every hour. */
  readonly holds: boolean;
}

interface HourLine {
  readonly hour: number;
  readonly sent: number;
  readonly taken: number;
  readonly faults: readonly string[];
  readonly heapMb: number;
  readonly rssMb: number;
}

/** Hours in which what is bounded fills up: the journal, the interned strings, and what is remembered of a node for a day. */
const WARM_UP_HOURS = 24;
/** Growth below this part of the heap an hour is none. */
const NEGLIGIBLE = 0.001;

/** Plays it as `rollcall serve` runs, with the same flags of Node. Needs two hours or more, so that a line can be drawn. */
export async function runReplay({ nodes, hours, seed, jsonOnly, log }: ReplayRun): Promise<ReplayResult> {
  const program = new URL('replay-process.ts', import.meta.url).pathname;
  const flags = ['--expose-gc', '--max-semi-space-size=2'];
  const child = startProgram([
    process.execPath,
    ...flags,
    program,
    ...[nodes, hours, WARM_UP_HOURS, seed].map(String),
    jsonOnly ? 'json' : '',
  ]);
  const lines: HourLine[] = [];
  let beganMs = child.startedMs;
  for (let hour = 1 - WARM_UP_HOURS; hour <= hours; hour++) {
    const line = (await child.line('hour')) as unknown as HourLine;
    lines.push(line);
    if (hour === 0) beganMs = performance.now();
    const { sent, heapMb, rssMb, faults } = line;
    log(`hour ${hour}: ${sent} events, heap ${heapMb.toFixed(2)} MB, RSS ${rssMb.toFixed(0)} MB ${faults.join('; ')}`);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  await child.stop();
  // From its end on, with the hour that ends it.
  const measured = lines.slice(WARM_UP_HOURS - 1);
  const events = (measured.at(-1)?.sent ?? 0) - (measured[0]?.sent ?? 0);
  const heap = fitSlope(measured.map(({ hour, heapMb }) => [hour, heapMb]));
  const rss = fitSlope(measured.map(({ hour, rssMb }) => [hour, rssMb]));
  const holds = isLevel(heap) && lines.every(({ faults }) => faults.length === 0);
  return { hours: measured, events, seconds, heap, rss, holds };
}

function isLevel({ slope, low, high, mean }: Slope): boolean {
  return (low <= 0 && high >= 0) || slope < NEGLIGIBLE * mean;
}

/** The lines that a record of performance has of it. */
export function describeReplay({ nodes, seed, jsonOnly }: Omit<ReplayRun, 'log'>, result: ReplayResult): string {
  const { hours, events, seconds, heap, rss, holds } = result;
  const kilobytes = (slope: Slope): string =>
    `${(slope.slope * 1000).toFixed(1)} kB an hour [${(slope.low * 1000).toFixed(1)} to ${(slope.high * 1000).toFixed(1)}]`;
  const broken = hours.flatMap(({ hour, faults }) => faults.map((fault) => `- hour ${hour}: ${fault}`));
  const figures = hours.map(({ heapMb }) => heapMb.toFixed(1)).join(', ');
  return [
    `#### ${hours.length - 1} h of ${nodes} nodes replayed (seed ${seed}${jsonOnly ? ', JSON' : ', protobuf'})`,
    '',
    `- ${events} events in ${seconds.toFixed(0)} s: ${(events / seconds).toFixed(0)} a second, ${((seconds * 1e6) / events).toFixed(0)} us each (the making of their bytes included)`,
    `- heap after a full collection, MB, hour by hour: ${figures}`,
    `- slope after a first day without heartbeats (${WARM_UP_HOURS} h): ${kilobytes(heap)} of ${heap.mean.toFixed(1)} MB; RSS ${kilobytes(rss)} of ${rss.mean.toFixed(0)} MB`,
    ...broken,
    `- no growth of memory, and every identity in every hour: **${holds ? 'holds' : 'does not hold'}**`,
  ].join('\n');
}
