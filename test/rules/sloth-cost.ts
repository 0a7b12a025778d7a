/** What both sets of rules cost at one evaluation of all fleets, weighed in turns on one server. */
import type { RuleStore } from './rule-store.ts';
import type { Field } from './sloth-fleets.ts';

/** Rules, what they record, what they read, for how long the engine works on them, and the server's CPU for that; times are medians of all rounds. */
export interface SetCost {
  readonly rules: number;
  readonly series: number;
  readonly samples: number;
  readonly milliseconds: number;
  readonly cpu: number;
}

/** How much longer ours take than Sloth's, round by round. */
interface Ratio {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

/** Both, and how they compare by the clock and by the CPU, which others on the machine disturb less. */
export interface CostAnswer {
  readonly rounds: number;
  readonly ours: SetCost;
  readonly sloth: SetCost;
  readonly clock: Ratio;
  readonly cpu: Ratio;
}

/** Evaluates every rule of ours and of Sloth's, in turns, so often; the one that begins changes. */
export async function compareCosts({ store, own, sloth }: Field, rounds: number): Promise<CostAnswer> {
  const sets = [
    { recordings: own.recordings, alerts: own.alerts.map(({ expr }) => expr), turns: [] as SetCost[] },
    { recordings: sloth.recordings, alerts: sloth.alerts, turns: [] as SetCost[] },
  ] as const;
  await store.settle();
  // The first round finds files that were never read; it does not count.
  for (let round = 0; round <= rounds; round += 1) {
    for (const set of round % 2 === 0 ? sets : sets.toReversed()) {
      const cost = await weighSet(store, [...set.recordings.map(({ expr }) => expr), ...set.alerts], set.alerts.length);
      if (round > 0) set.turns.push(cost);
    }
  }
  const [ours, theirs] = sets.map(({ turns }) => turns) as [SetCost[], SetCost[]];
  const compare = (figure: 'milliseconds' | 'cpu'): Ratio => {
    const ratios = ours.map((own, round) => own[figure] / (theirs[round]?.[figure] ?? NaN));
    return { least: Math.min(...ratios), median: median(ratios), greatest: Math.max(...ratios) };
  };
  return {
    rounds,
    ours: summarize(ours),
    sloth: summarize(theirs),
    clock: compare('milliseconds'),
    cpu: compare('cpu'),
  };
}

async function weighSet(store: RuleStore, exprs: readonly string[], alerts: number): Promise<SetCost> {
  const sum = { rules: exprs.length, series: 0, samples: 0, milliseconds: 0, cpu: -(await store.readCpu()) * 1000 };
  for (const [at, expr] of exprs.entries()) {
    const { series, samples, milliseconds } = await store.weigh(expr);
    sum.samples += samples;
    sum.milliseconds += milliseconds;
    if (at < exprs.length - alerts) sum.series += series;
  }
  sum.cpu += (await store.readCpu()) * 1000;
  return sum;
}

function summarize(turns: readonly SetCost[]): SetCost {
  const [first] = turns;
  if (first === undefined) throw new Error('no rounds');
  return {
    ...first,
    milliseconds: median(turns.map((turn) => turn.milliseconds)),
    cpu: median(turns.map((turn) => turn.cpu)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
