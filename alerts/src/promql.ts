/** The few forms of PromQL that all rules are made of. */
import { COMMON_LABELS, type Metric } from '@rollcall/contract';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const [CLUSTER, NAMESPACE, DAEMONSET, NODE_POOL] = COMMON_LABELS;

/** The labels that make a policy, whatever replica tells of it. */
export const POLICY_LABELS = `${CLUSTER}, ${NAMESPACE}, ${DAEMONSET}`;

/** What a scrape adds: it differs between replicas and lives of the collector, so no recorded series and no alert carries it. */
const SCRAPE_LABELS = ['instance', 'pod', 'container', 'endpoint', 'job', 'service'];

/** A length of time as PromQL writes it, in the largest unit that holds it whole: 90 minutes are 90m. */
export function formatDuration(ms: number): string {
  const whole = Math.max(1, Math.round(ms));
  const [unit, size] = UNITS.find(([, length]) => whole % length === 0) ?? ['ms', 1];
  return `${whole / size}${unit}`;
}

/** A string literal of PromQL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** Label matchers in braces; '' for none. */
export function matchers(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}=${quote(value)}`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** Takes the labels of the scrape away, and others. */
export function without(operator: 'sum' | 'max' | 'count', expr: string, more: readonly string[] = []): string {
  return `${operator} without (${[...SCRAPE_LABELS, ...more].join(', ')}) (${expr})`;
}

/** By how much a counter grew in the window, its replicas added up. */
export function increase(metric: Metric, { selector = '', window, drop = [] }: Increase): string {
  return without('sum', `increase(${metric.name}${selector}[${window}])`, drop);
}

/** What of a counter, over which window, without which of its labels. */
interface Increase {
  readonly selector?: string;
  readonly window: string;
  readonly drop?: readonly string[];
}

/** For how long the last value of a gauge stands for it: a restart of the collector must not make an alert resolve and fire anew. */
const HELD_MS = 180_000;

/** A gauge of the leader as it was last seen within three minutes. */
export function gauge(
  metric: Metric,
  { selector = '', speed }: { readonly selector?: string; readonly speed: number },
): string {
  return without('max', `last_over_time(${metric.name}${selector}[${formatDuration(HELD_MS / speed)}])`);
}

/** The same summed over labels. */
export function sumOver(labels: readonly string[], expr: string): string {
  return `sum without (${labels.join(', ')}) (${expr})`;
}

/** The label of the pool. */
export const POOL = NODE_POOL;

/** A piece of a longer window: a recorded series, and how long before now it ended. */
export interface Piece {
  readonly series: string;
  readonly beforeMs: number;
}

/**
 * A window put together from pieces that follow each other, the newest first: exact in counts, since each second is in one of them. A piece of
 * which nothing is recorded counts as nothing; without the newest there is no answer.
 */
export function addPieces(pieces: readonly Piece[]): string {
  const newest = pieces[0]?.series ?? '';
  return pieces
    .map(({ series, beforeMs }) =>
      beforeMs === 0 ? series : `(${series} offset ${formatDuration(beforeMs)} or ${newest} * 0)`,
    )
    .join(' + ');
}

/** A number as PromQL reads it, without the noise of binary fractions. */
export function number(value: number): string {
  return String(Number(value.toPrecision(12)));
}
