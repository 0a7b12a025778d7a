/** The few forms of PromQL that rules and dashboards have in common. */
import { COMMON_LABELS } from './metrics.ts';
import type { Metric } from './metric.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** What a scrape adds: it differs between replicas and lives of the collector, so no recorded series and no alert carries it. */
const SCRAPE_LABELS = ['instance', 'pod', 'container', 'endpoint', 'job', 'service'];

/** The labels that make a policy, whatever replica tells of it. */
export const POLICY_LABELS = COMMON_LABELS.slice(0, 3).join(', ');

/** The label of the pool. */
export const POOL = COMMON_LABELS[3];

/** A length of time as PromQL writes it, in the largest unit that holds it whole: 90 minutes are 90m. */
export function formatDuration(ms: number): string {
  const whole = Math.max(1, Math.round(ms));
  const [unit, size] = UNITS.find(([, length]) => whole % length === 0) ?? ['ms', 1];
  return `${whole / size}${unit}`;
}

/** Takes the labels of the scrape away, and others. */
export function without(operator: 'sum' | 'max' | 'min' | 'count', expr: string, more: readonly string[] = []): string {
  return `${operator} without (${[...SCRAPE_LABELS, ...more].join(', ')}) (${expr})`;
}

/** What of a counter, over which window, without which of its labels. */
interface Increase {
  readonly selector?: string;
  readonly window: string;
  readonly drop?: readonly string[];
}

/** By how much a counter grew in the window, its replicas added up. */
export function increase(metric: Pick<Metric, 'name'>, { selector = '', window, drop = [] }: Increase): string {
  return without('sum', `increase(${metric.name}${selector}[${window}])`, drop);
}

/** The same summed over labels. */
export function sumOver(labels: readonly string[], expr: string): string {
  return `sum without (${labels.join(', ')}) (${expr})`;
}
