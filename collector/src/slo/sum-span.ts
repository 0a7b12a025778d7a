/** Sums of hours over a span. An hour that an end of the span cuts counts by the share of it within, as if it had been even. */
import type { TimeSpan } from '@rollcall/contract';
import type { HourPart, HourSeries, HourTimes } from './hour-series.ts';

const HOUR_MS = 3_600_000;

/** Milliseconds or counts; `raw` is what it would be if nobody had excluded anything. */
export interface SpanSums {
  readonly adjusted: HourTimes;
  readonly raw: HourTimes;
}

/** One policy's coverage, by which the cap is reckoned, and the instant up to which its hours are known. */
export interface Known {
  readonly coverage: HourSeries;
  readonly nowMs: number;
  /** The share of a period that may be excluded. */
  readonly cap: number;
}

interface Slice {
  readonly hour: number;
  readonly share: number;
}

/** The sums of a span that ends by `nowMs`. */
export function sumSpan(series: HourSeries, span: TimeSpan, known: Known): SpanSums {
  const slices = sliceSpan(span, known.nowMs);
  const excluded = excludedHours(slices, known);
  const sum = (part: HourPart, which: (hour: number) => boolean = () => true): HourTimes =>
    slices.reduce<HourTimes>(
      (total, { hour, share }) => (which(hour) ? addShare(total, series.read(hour, part), share) : total),
      { valid: 0, good: 0, unobserved: 0 },
    );
  const adjusted = addShare(
    sum('counted'),
    sum('ledger', (hour) => !excluded.has(hour)),
    1,
  );
  const taken = addShare(
    sum('windows'),
    sum('ledger', (hour) => excluded.has(hour)),
    1,
  );
  return { adjusted, raw: addShare(adjusted, taken, 1) };
}

/** Of the hour that goes on, what is known of it is what has passed. */
function sliceSpan({ fromMs, toMs }: TimeSpan, nowMs: number): readonly Slice[] {
  const slices: Slice[] = [];
  for (let hour = fromMs - (fromMs % HOUR_MS); hour < toMs; hour += HOUR_MS) {
    const end = Math.min(hour + HOUR_MS, Math.max(nowMs, hour + 1));
    const within = Math.min(end, toMs) - Math.max(hour, fromMs);
    slices.push({ hour, share: Math.max(0, within / (end - hour)) });
  }
  return slices;
}

/** What the ledger names goes in order of time, until windows and ledger together have taken the cap of all time in scope. */
function excludedHours(slices: readonly Slice[], { coverage, cap }: Known): ReadonlySet<number> {
  const timeOf = ({ hour, share }: Slice, part: HourPart): number => {
    const { valid, unobserved } = coverage.read(hour, part);
    return (valid + unobserved) * share;
  };
  const sum = (part: HourPart): number => slices.reduce((total, slice) => total + timeOf(slice, part), 0);
  let used = sum('windows');
  const most = cap * (used + sum('counted') + sum('ledger'));
  const excluded = new Set<number>();
  for (const slice of slices) {
    const time = timeOf(slice, 'ledger');
    if (time === 0 || used + time > most) continue;
    used += time;
    excluded.add(slice.hour);
  }
  return excluded;
}

function addShare(one: HourTimes, other: HourTimes, share: number): HourTimes {
  return {
    valid: one.valid + other.valid * share,
    good: one.good + other.good * share,
    unobserved: one.unobserved + other.unobserved * share,
  };
}
