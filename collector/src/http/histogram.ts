/** A histogram as the exposition writes it: cumulative buckets, sum and count. */
import type { CollectorSample } from '../metrics/collector-families.ts';

/** Counts values by upper bounds. */
export interface Histogram {
  observe(value: number): void;
  /** The samples of the family `name`, with these labels beside `le`. */
  samples(name: string, labels: CollectorSample['labels']): readonly CollectorSample[];
}

/** Without values yet; `bounds` ascend, and +Inf is added. */
export function createHistogram(bounds: readonly number[]): Histogram {
  // One more than there are bounds: for values above all of them.
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  let sum = 0;
  return {
    observe: (value) => {
      const at = bounds.findIndex((bound) => value <= bound);
      const bucket = at < 0 ? bounds.length : at;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sum += value;
    },
    samples: (name, labels) => {
      let count = 0;
      const buckets = counts.map((own, i) => {
        count += own;
        return { metricName: `${name}_bucket`, value: count, labels: { le: bounds[i] ?? '+Inf', ...labels } };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, value: sum, labels },
        { metricName: `${name}_count`, value: count, labels },
      ];
    },
  };
}
