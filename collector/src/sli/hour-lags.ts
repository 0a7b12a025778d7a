/** The ingestion lags of a series in the form in which the journal keeps them by the hour: slots, as tallies have them. */
import { TALLIES, type HourCut, type LagRow } from '@rollcall/contract';
import type { Tallies } from './tallies.ts';

/** One a bound, one beyond, and the sum; empty for none. */
export type Lags = readonly number[];

const { boundsMs } = TALLIES.ingestionLag;

/** What was seen so far, whoever exports it: of each replica its own. */
export function readLags({ cells }: Tallies): Lags {
  const lags: number[] = [];
  for (const { of, seen } of cells.values()) if (of === 'ingestionLag') addInto(lags, seen, 1);
  return lags;
}

/** Both together. */
export function addLags(one: Lags, other: Lags): Lags {
  const sum = [...one];
  addInto(sum, other, 1);
  return sum;
}

/** What has been added to `before` since. */
export function subtractLags(now: Lags, before: Lags): Lags {
  const rest = [...now];
  addInto(rest, before, -1);
  return rest;
}

/** Those of rows that were written; what another version has counted in other steps cannot be gone on with. */
export function readLagRows(rows: HourCut['rows']): Lags {
  const lags: number[] = [];
  for (const row of rows)
    if (row.kind === 'lag' && row.boundsMs.join() === boundsMs.join()) addInto(lags, [...row.counts, row.sumMs], 1);
  return lags;
}

/** The same as rows of an hour: none where none was seen. */
export function toLagRows(lags: Lags, about: Pick<LagRow, 'cluster' | 'policyUid' | 'hour'>): readonly LagRow[] {
  const counts = lags.slice(0, boundsMs.length + 1);
  if (!counts.some((count) => count > 0)) return [];
  return [{ kind: 'lag', ...about, replica: '', boundsMs, counts, sumMs: Math.round(lags[boundsMs.length + 1] ?? 0) }];
}

function addInto(slots: number[], other: Lags, sign: 1 | -1): void {
  other.forEach((amount, slot) => (slots[slot] = (slots[slot] ?? 0) + sign * amount));
}
