/** What must hold of every exposition of the replay: sums, counters that never fall, and coverage equal to the cluster's own truth. */
import { isEligible, isServing, type Slot } from './replay-fleet.ts';

/** Looks at one exposition after the other. */
export interface IdentityWatch {
  /** Every fault of this one; empty when all is well. */
  check(exposition: string): readonly string[];
}

/** Nothing seen yet. */
export function watchIdentities(slots: readonly Slot[]): IdentityWatch {
  let before: ReadonlyMap<string, number> = new Map();
  return {
    check: (exposition) => {
      const samples = readSamples(exposition);
      const fallen = [...before].filter(([series, value]) => (samples.get(series) ?? -1) < value);
      before = new Map([...samples].filter(([series]) => /^\w+_total[{ ]/.test(series)));
      return [
        ...fallen.map(([series, value]) => `${series} fell from ${value} to ${samples.get(series) ?? 'nothing'}`),
        ...findBrokenSums(samples),
        ...compareWithTruth(samples, slots),
      ];
    },
  };
}

function readSamples(exposition: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of exposition.split('\n')) {
    const gap = line.lastIndexOf(' ');
    if (gap > 0 && !line.startsWith('#')) samples.set(line.slice(0, gap), Number(line.slice(gap + 1)));
  }
  return samples;
}

function sum(samples: ReadonlyMap<string, number>, family: string): number {
  let total = 0;
  for (const [series, value] of samples) if (series.startsWith(`${family}{`)) total += value;
  return total;
}

function findBrokenSums(samples: ReadonlyMap<string, number>): readonly string[] {
  const of = (family: string): number => sum(samples, `rollcall_${family}`);
  const [expected, covered, uncovered, unobserved] = [
    of('expected_nodes'),
    of('covered_nodes'),
    of('uncovered_nodes'),
    of('unobserved_nodes'),
  ];
  const faults: string[] = [];
  if (expected !== covered + uncovered + unobserved)
    faults.push(`expected ${expected} is not covered ${covered} + uncovered ${uncovered} + unobserved ${unobserved}`);
  if (of('current_nodes') > covered) faults.push(`current ${of('current_nodes')} is more than covered ${covered}`);
  if (of('good_node_seconds_total') > of('valid_node_seconds_total')) faults.push('good time is more than valid time');
  return faults;
}

function compareWithTruth(samples: ReadonlyMap<string, number>, slots: readonly Slot[]): readonly string[] {
  const covered = sum(samples, 'rollcall_covered_nodes');
  const serving = slots.filter((slot) => slot.node !== undefined && isServing(slot)).length;
  // A node that joins or leaves may be excused: then it is not counted, whatever runs on it.
  const settled = slots.filter((slot) => isEligible(slot) && isServing(slot)).length;
  const faults: string[] = [];
  if (covered > serving || covered < settled)
    faults.push(`covered ${covered} is not from ${settled} to ${serving}, the nodes whose pod serves`);
  const eligible = sum(samples, 'rollcall_eligible_nodes');
  const truth = slots.filter(isEligible).length;
  if (eligible !== truth) faults.push(`eligible ${eligible} is not ${truth}, the nodes that admit the pod`);
  return faults;
}
