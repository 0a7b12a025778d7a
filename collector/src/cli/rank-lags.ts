/** Ingestion lags of a window by policy, out of the hours that a journal kept. */
import type { LagRow, TopAnswer } from '@rollcall/contract';

type Lags = TopAnswer['lags'];
/** Counts by the bound that they lie under; Infinity for those beyond all. */
type Histogram = Map<number, number>;

/** The quantiles of every policy of which anything was seen, the worst p99 first. `name` names a policy, or undefined for one that is not meant. */
export function rankLags(
  rows: readonly LagRow[],
  name: (policyUid: string) => Pick<Lags[number], 'namespace' | 'daemonset'> | undefined,
): Lags {
  const sums = new Map<string, Histogram>();
  for (const row of rows) {
    const sum = sums.get(row.policyUid) ?? new Map<number, number>();
    sums.set(row.policyUid, sum);
    row.counts.forEach((count, slot) => {
      const bound = row.boundsMs[slot] ?? Infinity;
      sum.set(bound, (sum.get(bound) ?? 0) + count);
    });
  }
  const lags = [...sums].flatMap(([policyUid, histogram]) => {
    const named = name(policyUid);
    return named === undefined ? [] : [{ ...named, ...summarize(histogram) }];
  });
  return lags.sort((one, other) => other.p99Ms - one.p99Ms);
}

function summarize(histogram: Histogram): Pick<Lags[number], 'count' | 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const steps = [...histogram].sort(([one], [other]) => one - other);
  const count = steps.reduce((sum, [, own]) => sum + own, 0);
  const at = (share: number): number => quantile(steps, share * count);
  return { count, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) };
}

/** Within a step as if it were filled evenly, as Prometheus reckons; beyond the last bound that bound. */
function quantile(steps: readonly (readonly [bound: number, count: number])[], rank: number): number {
  let [seen, from] = [0, 0];
  for (const [bound, count] of steps) {
    if (count > 0 && seen + count >= rank)
      return bound === Infinity ? from : Math.round(from + ((bound - from) * (rank - seen)) / count);
    seen += count;
    if (bound !== Infinity) from = bound;
  }
  return from;
}
