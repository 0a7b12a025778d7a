/** Splits hourly totals by the ledger of exclusions: what counts, and what is excluded from budgets, within the cap. */
import type { HourRow, LedgerEntry, PolicyName } from '@rollcall/contract';

/** The share of all time in scope that may be taken out of a period: by windows and by the ledger together. */
export const EXCLUDABLE_SHARE = 0.1;

/**
 * The rows of a period in two: what counts, the rows of excuses included, and what is excluded. Adjusted figures are those of the counted
 * rows that no excuse has; raw ones add the excluded rows and those of the excuse Maintenance.
 */
export interface SplitHours {
  readonly counted: readonly HourRow[];
  readonly excluded: readonly HourRow[];
  /** How much of the cap is used by windows and ledger together, 0 to 1; above 1 by windows alone. By policy UID. */
  readonly capUsed: ReadonlyMap<string, number>;
}

/** Splits the rows of one period. Hours go in order of time, and those beyond the cap count as if nobody had excluded them. */
export function splitHours(
  rows: readonly HourRow[],
  policies: readonly PolicyName[],
  ledger: readonly LedgerEntry[],
): SplitHours {
  const shares = new Map<string, Shares>();
  for (const [uid, own] of Map.groupBy(rows, ({ policyUid }) => policyUid)) shares.set(uid, shareOut(own));
  const isExcluded = excluderOf(rows, { shares, isNamed: findExcluder(policies, ledger) });
  const parts = Map.groupBy(rows, isExcluded);
  return {
    counted: parts.get(false) ?? [],
    excluded: parts.get(true) ?? [],
    capUsed: new Map([...shares].map(([uid, { usedMs, mostMs }]) => [uid, mostMs === 0 ? 0 : usedMs / mostMs])),
  };
}

/** Which rows a ledger names, by the names that their policies had. */
export function findExcluder(
  policies: readonly PolicyName[],
  ledger: readonly LedgerEntry[],
): (row: HourRow) => boolean {
  const inForce = exclusionsInForce(ledger);
  if (inForce.length === 0) return () => false;
  const names = new Map(policies.map((policy) => [policy.policyUid, policy]));
  return (row) => inForce.some((one) => isAbout(one, row, names));
}

/** The entries that exclude and were not revoked. */
function exclusionsInForce(ledger: readonly LedgerEntry[]): readonly LedgerEntry[] {
  const revoked = new Set(ledger.map(({ revokes }) => revokes));
  return ledger.filter(({ id, revokes }) => revokes === '' && !revoked.has(id));
}

interface Shares {
  usedMs: number;
  readonly mostMs: number;
}

/** By coverage, which has a row for every node in scope. */
function shareOut(rows: readonly HourRow[]): Shares {
  const sum = (which: (row: HourRow) => boolean): number =>
    rows.reduce((total, row) => total + (row.sli === 'coverage' && which(row) ? timeOf(row) : 0), 0);
  const usedMs = sum(({ reason }) => reason === 'excused:Maintenance');
  return { usedMs, mostMs: EXCLUDABLE_SHARE * (sum(({ reason }) => reason === '') + usedMs) };
}

function timeOf({ validMs, unobservedMs }: HourRow): number {
  return validMs + unobservedMs;
}

interface Excluding {
  readonly shares: ReadonlyMap<string, Shares>;
  readonly isNamed: (row: HourRow) => boolean;
}

/** Decides hour by hour, oldest first, for a pool as a whole: what its coverage takes out of the cap goes for all of its rows. */
function excluderOf(rows: readonly HourRow[], { shares, isNamed }: Excluding): (row: HourRow) => boolean {
  const excluded = new Set<string>();
  const totals = rows.filter(({ sli, reason }) => sli === 'coverage' && reason === '');
  for (const row of totals.toSorted((one, other) => one.hour - other.hour)) {
    const own = shares.get(row.policyUid);
    if (own === undefined || !isNamed(row) || own.usedMs + timeOf(row) > own.mostMs) continue;
    own.usedMs += timeOf(row);
    excluded.add(keyOf(row));
  }
  // An excuse took its time out of the hour already.
  return (row) => !row.reason.startsWith('excused:') && excluded.has(keyOf(row));
}

function keyOf({ policyUid, pool, hour }: HourRow): string {
  return `${hour} ${policyUid} ${pool}`;
}

function isAbout(entry: LedgerEntry, row: HourRow, names: ReadonlyMap<string, PolicyName>): boolean {
  if (row.hour < entry.fromMs || row.hour >= entry.toMs || entry.cluster !== row.cluster) return false;
  if (entry.pool !== '' && entry.pool !== row.pool) return false;
  if (entry.daemonset === '') return true;
  const name = names.get(row.policyUid);
  return name?.namespace === entry.namespace && name.daemonset === entry.daemonset;
}
