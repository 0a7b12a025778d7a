/** All that the journal keeps of a series by the hour: node-milliseconds, and the lags of what daemons sent. */
import type { HourCut, HourRow } from '@rollcall/contract';
import { addLags, readLagRows, readLags, subtractLags, toLagRows, type Lags } from './hour-lags.ts';
import { addTotals, readRows, subtractTotals, sumTotals, toRows, type Totals } from './hour-totals.ts';
import { bucketsOf, type Series } from './ledger.ts';

/** Both. */
export interface Counts {
  readonly totals: Totals;
  readonly lags: Lags;
}

/** Nothing counted. */
export const NO_COUNTS: Counts = { totals: new Map(), lags: [] };

/** What a series has counted so far. */
export function sumCounts(series: Series | undefined): Counts {
  return series === undefined ? NO_COUNTS : { totals: sumTotals(bucketsOf(series)), lags: readLags(series.tallies) };
}

/** Both together. */
export function addCounts(one: Counts, other: Counts): Counts {
  return { totals: addTotals(one.totals, other.totals), lags: addLags(one.lags, other.lags) };
}

/** What has been added to `before` since. */
export function subtractCounts(now: Counts, before: Counts): Counts {
  return { totals: subtractTotals(now.totals, before.totals), lags: subtractLags(now.lags, before.lags) };
}

/** Those of rows that were written. */
export function readCounts(rows: HourCut['rows']): Counts {
  return { totals: readRows(rows), lags: readLagRows(rows) };
}

/** The same as rows of an hour, those with anything in them. */
export function toHourRows(
  { totals, lags }: Counts,
  about: Pick<HourRow, 'cluster' | 'policyUid' | 'hour'>,
): HourCut['rows'] {
  return [...toRows(totals, about), ...toLagRows(lags, about)];
}
