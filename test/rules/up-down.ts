/** Seeded fleets whose nodes go up and down: what the differential with Sloth and the budgets are reckoned over. */
import { seedNumbers } from '../e2e/random.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** One fleet: how many nodes, and when one of them was down: begin and end in turn, in seconds from its beginning, node by node. */
export interface UpDown {
  readonly seed: number;
  readonly nodes: number;
  readonly outages: readonly number[];
}

/** How many steps, and their length in seconds. */
export interface Steps {
  readonly count: number;
  readonly seconds: number;
}

/** Draws a fleet of so many seconds: 1 to 200 nodes, each up for 1 h to 30 d and down for 1 min to 12 h in the mean, both exponential, all of them up at first. */
export function drawUpDown(seed: number, length: number): UpDown {
  const random = seedNumbers(seed);
  const between = (least: number, most: number): number => least * (most / least) ** random();
  const nodes = Math.round(between(1, 200));
  const [up, down] = [between(HOUR_S, 30 * DAY_S), between(60, 12 * HOUR_S)];
  const outages: number[] = [];
  const draw = (mean: number): number => -Math.log(1 - random()) * mean;
  for (let node = 0; node < nodes; node += 1) {
    let at = draw(up);
    while (at < length) {
      const until = Math.min(at + draw(down), length);
      outages.push(at, until);
      at = until + draw(up);
    }
  }
  return { seed, nodes, outages };
}

/** For how many node-seconds nodes were down in each step. */
export function countBad({ outages }: Pick<UpDown, 'outages'>, { count, seconds }: Steps): Float64Array {
  const bad = new Float64Array(count);
  for (let at = 0; at < outages.length; at += 2) {
    const [from = 0, to = 0] = [outages[at], outages[at + 1]];
    for (let step = Math.floor(from / seconds); step < count && step * seconds < to; step += 1) {
      const [begin, end] = [Math.max(from, step * seconds), Math.min(to, (step + 1) * seconds)];
      bad[step] = (bad[step] ?? 0) + Math.max(0, end - begin);
    }
  }
  return bad;
}

/** The same between two instants, outage by outage: the brute force that sums over steps are held to. */
export function sumBad({ outages }: Pick<UpDown, 'outages'>, from: number, to: number): number {
  let sum = 0;
  for (let at = 0; at < outages.length; at += 2)
    sum += Math.max(0, Math.min(outages[at + 1] ?? 0, to) - Math.max(outages[at] ?? 0, from));
  return sum;
}
