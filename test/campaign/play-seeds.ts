/** `node test/campaign/play-seeds.ts FIRST COUNT STEP`: plays embedded runs one after the other and prints an outcome a line. */
import { describePlan } from './plan.ts';
import { play } from './play.ts';

/** One line of the output. */
export interface PlayedLine {
  readonly seed: number;
  readonly faults: readonly string[];
  readonly plan: string;
  readonly looks: number;
  readonly expectedHours: number;
  readonly unobservedHours: number;
}

const [first = 1, count = 1, step = 1] = process.argv.slice(2).map(Number);
for (let seed = first; seed < first + count * step; seed += step) {
  const { plan, ...outcome } = await play(seed);
  const line: PlayedLine = { seed, plan: describePlan(plan), ...outcome };
  console.log(JSON.stringify(line));
}
