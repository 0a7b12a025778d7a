/** The forms of PromQL that only rules have. */
import { formatDuration, without, type Metric } from '@rollcall/contract';

/** A string literal of PromQL. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** Label matchers in braces; '' for none. */
export function matchers(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}=${quote(value)}`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/**
 * What of an expression is a number: comparisons with NaN are false. The collector writes neither NaN nor infinities, but a rule that recorded one
 * would keep it in every longer window. Binds weaker than arithmetic, stronger than `and`.
 */
export function finite(expr: string): string {
  return `${expr} > -Inf < Inf`;
}

/** For how long the last value of a gauge stands for it: a restart of the collector must not make an alert resolve and fire anew. */
const HELD_MS = 180_000;

/** A gauge of the leader as it was last seen within three minutes. */
export function gauge(
  metric: Metric,
  { selector = '', speed }: { readonly selector?: string; readonly speed: number },
): string {
  // Series by series: one that is no number must not hide the others of its sum.
  return without('max', finite(`last_over_time(${metric.name}${selector}[${formatDuration(HELD_MS / speed)}])`));
}

/** A recorded series, its window, and how often it is evaluated, milliseconds. */
interface Evaluated {
  readonly series: string;
  readonly windowMs: number;
  readonly intervalMs: number;
}

/**
 * How many evaluations of a window had a sample. Half an evaluation is left off its beginning: whether the sample there is within the range
 * depends on the version of Prometheus (2 counts it, 3 does not), and windows that follow each other would count it twice.
 */
export function countSamples({ series, windowMs, intervalMs }: Evaluated): string {
  return `count_over_time(${series}[${formatDuration(windowMs - intervalMs / 2)}])`;
}

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
