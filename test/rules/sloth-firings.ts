/** When each burn alert fires on each fleet, by our rules and by Sloth's. */
import { BURN_TIERS, HISTORY_SHARE, type BurnTierName } from '@rollcall/contract';
import { countEdges, findDeviations, type Firing } from './compare-firings.ts';
import type { Answer } from './rule-server.ts';
import { FROM, tiersOf, type Field } from './sloth-fleets.ts';

/** Deviations of one kind, and the evaluations in them. */
interface Tally {
  readonly runs: number;
  readonly evaluations: number;
}

/** How the two agree on a tier, over all fleets. */
export interface TierAnswer {
  readonly tier: BurnTierName;
  /** On how many fleets Sloth's fires at all. */
  readonly fleets: number;
  /** Evaluations at which Sloth's fires, and all that there are. */
  readonly firing: number;
  readonly evaluations: number;
  /** How often Sloth's begins or ends, and how often ours does so in the same evaluation. */
  readonly edges: number;
  readonly same: number;
  readonly shifted: Tally;
  readonly waits: Tally;
  readonly young: Tally;
}

/** The answers, and what no choice of ours explains, with the seed and both expressions. */
export interface Comparison {
  readonly tiers: readonly TierAnswer[];
  readonly faults: readonly string[];
}

/** Compares each tier whose long window the grid holds. */
export async function compareFirings(field: Field): Promise<Comparison> {
  const [answers, faults]: [TierAnswer[], string[]] = [[], []];
  for (const tier of tiersOf(field.grid)) {
    const { answer, faults: more } = await compareTier(field, tier);
    answers.push(answer);
    faults.push(...more);
  }
  return { tiers: answers, faults };
}

async function compareTier(field: Field, tier: BurnTierName): Promise<{ answer: TierAnswer; faults: string[] }> {
  const { store, own, sloth, grid } = field;
  const exprs = [own.alerts.find((alert) => alert.tier === tier)?.expr ?? '', sloth.tiers[tier] ?? ''] as const;
  // Only whether it fires is asked, and a short number is read faster.
  const firing = async (expr: string): Promise<ReadonlyMap<string, Firing>> =>
    readFirings(await store.askRange(`0 * (${expr})`), field);
  const pairs = [await firing(exprs[0]), await firing(exprs[1])] as const;
  const long = BURN_TIERS[tier].longMs / 1000 / grid.step;
  const tallies = { shifted: [0, 0], waits: [0, 0], young: [0, 0], unexplained: [0, 0] };
  const sums = { fleets: 0, firing: 0, evaluations: 0, edges: 0, same: 0 };
  const faults: string[] = [];
  const never = new Uint8Array(countSteps(field));
  for (const { seed } of field.fleets) {
    const [ours, theirs] = pairs.map((by) => by.get(String(seed)) ?? never) as [Firing, Firing];
    const edges = countEdges(ours, theirs);
    sums.fleets += Number(theirs.includes(1));
    sums.firing += theirs.reduce((sum, fires) => sum + fires, 0);
    sums.evaluations += theirs.length;
    sums.edges += edges.all;
    sums.same += edges.same;
    for (const { kind, from, to } of findDeviations(ours, theirs, { waits: HISTORY_SHARE * long, long })) {
      tallies[kind] = [(tallies[kind][0] ?? 0) + 1, (tallies[kind][1] ?? 0) + to - from + 1];
      if (kind === 'unexplained')
        faults.push(`seed ${seed}, ${tier}, evaluations ${from} to ${to}: ours ${ours[from]}\n${exprs.join('\n--\n')}`);
    }
  }
  const tally = ([runs = 0, evaluations = 0]: readonly number[]): Tally => ({ runs, evaluations });
  const { shifted, waits, young } = tallies;
  return {
    answer: { tier, ...sums, shifted: tally(shifted), waits: tally(waits), young: tally(young) },
    faults,
  };
}

function countSteps({ span }: Field): number {
  return (span.to - span.from) / span.step + 1;
}

function readFirings(answers: readonly Answer[], field: Field): ReadonlyMap<string, Firing> {
  return new Map(
    answers.map(({ labels, values }) => {
      const fires = new Uint8Array(countSteps(field));
      for (const [time] of values) fires[(time - FROM) / field.span.step] = 1;
      return [labels['cluster'] ?? '', fires] as const;
    }),
  );
}
