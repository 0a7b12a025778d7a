/** Node-milliseconds of a series in the form in which the journal keeps them by the hour. */
import { MARKED_SLIS, type ExclusionRow, type HourCut, type HourRow, type Mark } from '@rollcall/contract';
import type { Standing } from '../coverage/index.ts';
import type { Bucket } from './bucket.ts';

/** A total under its key; an exclusion's time is its `validMs`. */
export type Total = Pick<HourRow, 'validMs' | 'goodMs' | 'unobservedMs'> & {
  readonly key: Pick<HourRow, 'kind' | 'pool' | 'sli' | 'reason'> | Pick<ExclusionRow, 'kind' | 'pool' | 'rule'>;
};

/** Totals by their keys as text. */
export type Totals = ReadonlyMap<string, Total>;

type Key = Total['key'];
type Times = Omit<Total, 'key'>;

const NO_TIME: Times = { validMs: 0, goodMs: 0, unobservedMs: 0 };

/** The totals of these buckets so far. */
export function sumTotals(buckets: readonly Bucket[]): Totals {
  const totals = new Map<string, Total>();
  for (const { standing, bad, ms } of buckets)
    if (ms > 0) for (const [key, times] of partsOf(standing, { bad, ms })) addTotal(totals, key, times);
  return totals;
}

/** How many nodes stand now where time counts as expected, or as excused. */
export function countNodes(buckets: readonly Bucket[]): HourCut['nodes'] {
  const totals = new Map<string, Total>();
  for (const { standing, count } of buckets) {
    if (count === 0) continue;
    for (const [key] of partsOf(standing, { bad: false, ms: 1 }))
      if (key.kind === 'hour' && (key.reason === '' || standing.excuse !== ''))
        addTotal(totals, key, { ...NO_TIME, validMs: count });
  }
  return [...totals.values()].flatMap(({ key, validMs: nodes }) => {
    if (key.kind !== 'hour') return [];
    const { pool, sli, reason } = key;
    return [{ pool, sli, reason, nodes }];
  });
}

/** What has been added to `before` since. */
export function subtractTotals(now: Totals, before: Totals): Totals {
  const rest = new Map<string, Total>();
  for (const [name, { key, validMs, goodMs, unobservedMs }] of now) {
    const { validMs: valid, goodMs: good, unobservedMs: unobserved } = before.get(name) ?? NO_TIME;
    rest.set(name, { key, validMs: validMs - valid, goodMs: goodMs - good, unobservedMs: unobservedMs - unobserved });
  }
  return rest;
}

/** Both together. */
export function addTotals(one: Totals, other: Totals): Totals {
  const sum = new Map(one);
  for (const { key, ...times } of other.values()) addTotal(sum, key, times);
  return sum;
}

/** So many nodes for so long, unobserved. */
export function unobservedTotals(nodes: HourCut['nodes'], ms: number): Totals {
  const totals = new Map<string, Total>();
  for (const { pool, sli, reason, nodes: count } of nodes)
    addTotal(totals, { kind: 'hour', pool, sli, reason }, { ...NO_TIME, unobservedMs: count * ms });
  return totals;
}

/** Totals of rows that were written. */
export function readRows(rows: HourCut['rows']): Totals {
  const totals = new Map<string, Total>();
  for (const row of rows) {
    if (row.kind === 'lag') continue;
    const { pool } = row;
    if (row.kind === 'exclusion')
      addTotal(totals, { kind: row.kind, pool, rule: row.rule }, { ...NO_TIME, validMs: row.nodeMs });
    else addTotal(totals, { kind: row.kind, pool, sli: row.sli, reason: row.reason }, row);
  }
  return totals;
}

/** The same as rows of an hour, those with time in them. */
export function toRows(totals: Totals, about: Pick<HourRow, 'cluster' | 'policyUid' | 'hour'>): HourCut['rows'] {
  return [...totals.values()].flatMap(({ key, validMs, goodMs, unobservedMs }): HourCut['rows'] => {
    if (validMs + unobservedMs === 0) return [];
    return key.kind === 'exclusion'
      ? [{ ...about, ...key, replica: '', nodeMs: validMs }]
      : [{ ...about, ...key, replica: '', validMs, goodMs, unobservedMs }];
  });
}

interface Spent {
  readonly bad: boolean;
  readonly ms: number;
}

function partsOf(standing: Standing, spent: Spent): readonly (readonly [Key, Times])[] {
  const marked = standing.marks.flatMap((mark, at) => markPart(standing.pool, { mark, at, ms: spent.ms }));
  return [...ownParts(standing, spent), ...marked];
}

function ownParts(standing: Standing, { bad, ms }: Spent): readonly (readonly [Key, Times])[] {
  const { pool, state, reason, excuse, rule } = standing;
  const key = { kind: 'hour', pool, sli: 'coverage' } as const;
  const valid = { ...NO_TIME, validMs: ms, goodMs: bad ? 0 : ms };
  switch (state) {
    case 'covered':
      return [[{ ...key, reason: '' }, valid]];
    case 'uncovered':
      return [[{ ...key, reason: '' }, valid], ...(reason === '' ? [] : [[{ ...key, reason }, valid] as const])];
    case 'unobserved':
      return [
        [
          { ...key, reason: '' },
          { ...NO_TIME, unobservedMs: ms },
        ],
      ];
    case 'excused':
      return excuse === '' ? [] : [[{ ...key, reason: `excused:${excuse}` }, timesOf(standing.verdict, ms)]];
    case 'excluded':
      return [
        [
          { kind: 'exclusion', pool, rule },
          { ...NO_TIME, validMs: ms },
        ],
      ];
    case 'stray':
    case 'outOfScope':
      return [];
  }
}

function timesOf(verdict: Standing['verdict'], ms: number): Times {
  if (verdict === 'unobserved') return { ...NO_TIME, unobservedMs: ms };
  return { ...NO_TIME, validMs: ms, goodMs: verdict === 'covered' ? ms : 0 };
}

function markPart(
  pool: string,
  { mark, at, ms }: { readonly mark: Mark; readonly at: number; readonly ms: number },
): readonly (readonly [Key, Times])[] {
  const sli = MARKED_SLIS[at];
  if (sli === undefined || mark === '') return [];
  const times =
    mark === 'unobserved'
      ? { ...NO_TIME, unobservedMs: ms }
      : { ...NO_TIME, validMs: ms, goodMs: mark === 'good' ? ms : 0 };
  return [[{ kind: 'hour', pool, sli, reason: '' }, times]];
}

function addTotal(totals: Map<string, Total>, key: Key, { validMs, goodMs, unobservedMs }: Times): void {
  const name = key.kind === 'hour' ? `${key.sli} ${key.reason} ${key.pool}` : `! ${key.rule} ${key.pool}`;
  const before = totals.get(name) ?? NO_TIME;
  totals.set(name, {
    key,
    validMs: before.validMs + validMs,
    goodMs: before.goodMs + goodMs,
    unobservedMs: before.unobservedMs + unobservedMs,
  });
}
