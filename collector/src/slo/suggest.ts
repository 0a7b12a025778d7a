/** A target out of history: one that nine of ten past windows would have met, with a margin. */
import type { SliName, TargetSuggestion } from '@rollcall/contract';
import type { HourSeries } from './hour-series.ts';
import type { KnownSince } from './reckon.ts';
import { sumSpan } from './sum-span.ts';

const DAY_MS = 86_400_000;
/** Fewer windows than this say nothing of a tenth of them. */
const FEWEST = 3;
/** So much more may be bad than in that window. */
const MARGIN = 1.25;
const LEAST = 0.5001;
const MOST = 0.99999;

/** Suggests a target by the longest of 30, 7 and 1 days of which history holds enough windows; undefined without any. */
export function suggestTarget(sli: SliName, series: HourSeries, known: KnownSince): TargetSuggestion | undefined {
  const { nowMs, sinceMs } = known;
  if (sinceMs === undefined) return undefined;
  const historyDays = Math.floor((nowMs - sinceMs) / DAY_MS);
  for (const windowDays of [30, 7, 1]) {
    const ends = Array.from({ length: Math.max(0, historyDays - windowDays + 1) }, (_, back) => nowMs - back * DAY_MS);
    const lows = ends.flatMap((toMs) => lowerEnd(series, { fromMs: toMs - windowDays * DAY_MS, toMs }, known));
    if (lows.length < FEWEST) continue;
    const low = lows.toSorted((one, other) => one - other)[Math.floor((lows.length - 1) / 10)] ?? 0;
    return { sli, target: withMargin(low), windowDays, windows: lows.length, historyDays, lowerEnd: low };
  }
  return undefined;
}

function lowerEnd(
  series: HourSeries,
  span: { readonly fromMs: number; readonly toMs: number },
  known: KnownSince,
): readonly number[] {
  const { valid, good, unobserved } = sumSpan(series, span, known).adjusted;
  return valid + unobserved <= 0 ? [] : [good / (valid + unobserved)];
}

/** Rounded so that the share that may be bad has one digit, or two below 20: 99.5, 99, 98.7. */
function withMargin(low: number): number {
  const bad = Math.max((1 - low) * MARGIN, 1 - MOST);
  const unit = 10 ** (Math.floor(Math.log10(bad)) - 1);
  const rounded = Math.ceil(Number((bad / unit).toFixed(6))) * unit;
  return Number(Math.min(MOST, Math.max(LEAST, 1 - rounded)).toFixed(8));
}
