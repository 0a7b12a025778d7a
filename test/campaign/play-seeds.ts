/**
 * `node test/campaign/play-seeds.ts PART FIRST COUNT STEP`: plays runs of a part (embedded, real) one after the other and prints an
 * outcome a line.
 */
import { describePlan } from './plan.ts';
import { openRealStage, playReal } from './play-real.ts';
import { play } from './play.ts';

/** One line of the output. The hours are node-hours of embedded runs. */
export interface PlayedLine {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly plan: string;
  readonly looks: number;
  readonly expectedHours?: number;
  readonly unobservedHours?: number;
}

type Played = Omit<PlayedLine, 'seed'>;

/** A run that breaks down says so as a fault of its own, and the next one is played. */
async function playOne(seed: number): Promise<Played> {
  try {
    return await (stage ? playReal(stage, seed) : playEmbedded(seed));
  } catch (error) {
    return { plan: `seed ${seed}`, faults: [`the run broke down: ${String(error)}`], looks: 0 };
  }
}

async function playEmbedded(seed: number): Promise<Played> {
  const { plan, ...outcome } = await play(seed);
  return { plan: describePlan(plan), ...outcome };
}

const [part, ...numbers] = process.argv.slice(2);
const [first = 1, count = 1, step = 1] = numbers.map(Number);
const stage = part === 'real' ? await openRealStage() : undefined;
try {
  for (let seed = first; seed < first + count * step; seed += step) {
    const line: PlayedLine = { seed, ...(await playOne(seed)) };
    console.log(JSON.stringify(line));
  }
} finally {
  await stage?.stop();
}
