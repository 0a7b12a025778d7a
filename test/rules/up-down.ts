/** Seeded fleets whose nodes go up and down: what the differential with Sloth and the budgets are reckoned over. */
import { seedNumbers } from '../e2e/random.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** One fleet: how many nodes, and for how many node-seconds they were bad in each step. */
export interface UpDown {
  readonly seed: number;
  readonly nodes: number;
  readonly bad: Float64Array;
}

/** How long, and in what steps, in seconds. */
export interface Steps {
  readonly count: number;
  readonly seconds: number;
}

/** Draws a fleet: 1 to 200 nodes, each up for 1 h to 30 d and down for 1 min to 12 h in the mean, both exponential, all of them up at first. */
export function drawUpDown(seed: number, { count, seconds }: Steps): UpDown {
  const random = seedNumbers(seed);
  const between = (least: number, most: number): number => least * (most / least) ** random();
  const nodes = Math.round(between(1, 200));
  const [up, down] = [between(HOUR_S, 30 * DAY_S), between(60, 12 * HOUR_S)];
  const bad = new Float64Array(count);
  const draw = (mean: number): number => -Math.log(1 - random()) * mean;
  for (let node = 0; node < nodes; node += 1) {
    let at = draw(up);
    while (at < count * seconds) {
      const until = Math.min(at + draw(down), count * seconds);
      addTime(bad, seconds, [at, until]);
      at = until + draw(up);
    }
  }
  return { seed, nodes, bad };
}

function addTime(bad: Float64Array, seconds: number, [from, to]: readonly [number, number]): void {
  for (let step = Math.floor(from / seconds); step < bad.length && step * seconds < to; step += 1) {
    const [begin, end] = [Math.max(from, step * seconds), Math.min(to, (step + 1) * seconds)];
    bad[step] = (bad[step] ?? 0) + Math.max(0, end - begin);
  }
}
