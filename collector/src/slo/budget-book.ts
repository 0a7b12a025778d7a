/** The hours of all policies, as far as budgets need them, and what is reckoned from them. */
import {
  SLIS,
  type HourlyRow,
  type JoinCount,
  type LedgerEntry,
  type Objective,
  type PolicyName,
  type SliName,
  type TargetSuggestion,
} from '@rollcall/contract';
import { EXCLUDABLE_SHARE, findExcluder } from '../sli/index.ts';
import { createHourSeries, type HourSeries } from './hour-series.ts';
import { reckon, type KnownSince, type Reckoning } from './reckon.ts';
import { suggestTarget } from './suggest.ts';

/** Which rows are taken: what a ledger excludes depends on the names of policies. */
export interface HourRows {
  readonly items: readonly HourlyRow[];
  readonly policies: readonly PolicyName[];
  readonly exclusions: readonly LedgerEntry[];
}

/** The book. It is filled hour by hour; what was taken of an hour must be forgotten before the hour is taken again. */
export interface BudgetBook {
  /** Forgets the hours from this one on. */
  forgetFrom(hour: number): void;
  take(rows: HourRows): void;
  takeJoins(counts: readonly JoinCount[]): void;
  reckon(policyUid: string, objective: Objective, nowMs: number): Reckoning;
  /** A target for each SLI of which history is long enough. */
  suggest(policyUid: string, nowMs: number): readonly TargetSuggestion[];
}

type Shelf = ReadonlyMap<SliName, HourSeries>;

const JOINS_KEPT_MS = 30 * 86_400_000;
const EMPTY = createHourSeries();

/** An empty book. */
export function createBudgetBook(): BudgetBook {
  const shelves = new Map<string, Map<SliName, HourSeries>>();
  const seriesOf = (policyUid: string, sli: SliName): HourSeries => {
    const shelf = shelves.get(policyUid) ?? new Map<SliName, HourSeries>();
    shelves.set(policyUid, shelf);
    const series = shelf.get(sli) ?? createHourSeries();
    shelf.set(sli, series);
    return series;
  };
  return {
    forgetFrom: (hour) => {
      for (const shelf of shelves.values()) for (const series of shelf.values()) series.clearFrom(hour);
    },
    take: ({ items, policies, exclusions }) => {
      const isNamed = findExcluder(policies, exclusions);
      for (const row of items) {
        if (row.kind !== 'hour' || (row.reason !== '' && row.reason !== 'excused:Maintenance')) continue;
        const counted = isNamed(row) ? 'ledger' : 'counted';
        const { validMs: valid, goodMs: good, unobservedMs: unobserved } = row;
        const part = row.reason === '' ? counted : 'windows';
        seriesOf(row.policyUid, row.sli).add(row.hour, part, { valid, good, unobserved });
      }
    },
    takeJoins: (counts) => {
      for (const { policyUid, hour, inTime, late } of counts)
        seriesOf(policyUid, 'join').add(hour, 'counted', { valid: inTime + late, good: inTime, unobserved: 0 });
    },
    reckon: (policyUid, objective, nowMs) => {
      const shelf: Shelf = shelves.get(policyUid) ?? new Map();
      return reckon(objective, shelf.get(objective.sli) ?? EMPTY, knownOf(shelf, objective.sli, nowMs));
    },
    suggest: (policyUid, nowMs) => {
      const shelf: Shelf = shelves.get(policyUid) ?? new Map();
      return (Object.keys(SLIS) as SliName[]).flatMap((sli) => {
        const series = shelf.get(sli);
        return series === undefined ? [] : (suggestTarget(sli, series, knownOf(shelf, sli, nowMs)) ?? []);
      });
    },
  };
}

/** Whenever a policy is looked at there are nodes or a gap: coverage tells since when. Joins are moments, which are kept for 30 days. */
function knownOf(shelf: Shelf, sli: SliName, nowMs: number): KnownSince {
  const coverage = shelf.get('coverage') ?? EMPTY;
  const own = sli === 'join' ? coverage : (shelf.get(sli) ?? EMPTY);
  const first = own.first();
  const sinceMs = first === undefined || sli !== 'join' ? first : Math.max(first, nowMs - JOINS_KEPT_MS);
  return { coverage, nowMs, sinceMs, cap: EXCLUDABLE_SHARE };
}
