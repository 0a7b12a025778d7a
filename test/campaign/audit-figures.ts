/** Holds everything that a collector exports against the identities that every SLI and every count obeys, in each pool. */
import type { Reading } from './replica.ts';

type Pool = Reading['pools'][number];

/** Takes all readings of a life, one look after another; answers what cannot be, in words. */
export type FigureAudit = (readings: readonly Reading[]) => readonly string[];

/** An audit of a life that begins. */
export function createFigureAudit(): FigureAudit {
  const highest = new Map<string, number>();
  return (readings) =>
    readings.flatMap((reading) => {
      const name = `${reading.namespace}/${reading.daemonset}`;
      const fallen = listCounters(reading).flatMap(([counter, value]) => {
        const key = `${name} ${counter}`;
        const before = highest.get(key) ?? 0;
        highest.set(key, value);
        return value < before ? [`${key} fell from ${before} to ${value}`] : [];
      });
      const broken = reading.pools.flatMap((pool) =>
        judgePool(pool).map((rule) => `${name}, pool ${pool.pool}: not so that ${rule}: ${JSON.stringify(pool)}`),
      );
      return [...fallen, ...broken];
    });
}

/** Every counter by its name and labels, histograms slot by slot. */
function listCounters({ pools, tallies }: Reading): readonly (readonly [name: string, value: number])[] {
  const slots = (pool: string, own: Reading['tallies']) =>
    own.flatMap((tally) =>
      tally.slots.map((value, slot) => [`${pool} ${tally.of} ${tally.label} ${slot}`, value] as const),
    );
  return [
    ...slots('', tallies),
    ...pools.flatMap(({ pool, slis, reasons, excuses, tallies: own }) => [
      ...slots(pool, own),
      ...slis.flatMap(({ sli, validMs, goodMs, unobservedMs }) => [
        [`${pool} ${sli} valid`, validMs] as const,
        [`${pool} ${sli} good`, goodMs] as const,
        [`${pool} ${sli} unobserved`, unobservedMs] as const,
      ]),
      ...reasons.map(({ reason, ms }) => [`${pool} ${reason}`, ms] as const),
      ...excuses.map(({ reason, verdict, ms }) => [`${pool} ${reason} ${verdict}`, ms] as const),
    ]),
  ];
}

/** The rules that a pool breaks. */
function judgePool({ counts, slis, reasons, excuses }: Pool): readonly string[] {
  const coverage = slis.find(({ sli }) => sli === 'coverage');
  const [valid, good] = [coverage?.validMs ?? 0, coverage?.goodMs ?? 0];
  const expected = valid + (coverage?.unobservedMs ?? 0);
  const sum = (items: readonly { readonly nodes: number; readonly ms: number }[], of: 'nodes' | 'ms'): number =>
    items.reduce((total, item) => total + item[of], 0);
  const rules = {
    'good is valid': slis.every(({ goodMs, validMs }) => goodMs >= 0 && goodMs <= validMs),
    'an SLI has no more time than nodes were expected for': slis.every(
      ({ validMs, unobservedMs }) => unobservedMs >= 0 && validMs + unobservedMs <= expected,
    ),
    'reasons add up to the uncovered nodes': sum(reasons, 'nodes') === counts.uncovered,
    'reasons add up to the uncovered time': sum(reasons, 'ms') === valid - good,
    'excuses add up to the excused nodes': sum(excuses, 'nodes') === counts.excused,
  };
  return Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));
}
