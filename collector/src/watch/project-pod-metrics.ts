/** Projects a PodMetrics of metrics.k8s.io to what its pod uses. */
import { parseQuantity } from './parse-quantity.ts';
import { asFields, isFields, readFields, readList, readString, readTime } from './read-field.ts';

/** What the containers of a pod use together: cores and bytes; when that was measured, Unix milliseconds. */
export interface PodMetrics {
  readonly name: string;
  readonly sampledAt: number | undefined;
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** The pod in short; a container that tells nothing adds nothing. */
export function projectPodMetrics(raw: unknown): PodMetrics {
  const fields = asFields(raw);
  let [cpuNanos, memoryBytes] = [0, 0];
  for (const container of readList(fields, 'containers').filter(isFields)) {
    const usage = readFields(container, 'usage');
    // In whole billionths, as they are told: fractions would add up to another number in another order.
    cpuNanos += Math.round(1e9 * (parseQuantity(usage['cpu']) ?? 0));
    memoryBytes += parseQuantity(usage['memory']) ?? 0;
  }
  const name = readString(readFields(fields, 'metadata'), 'name');
  return { name, sampledAt: readTime(fields, 'timestamp'), cpuCores: cpuNanos / 1e9, memoryBytes };
}
