/** Reads counts and histograms: those that a policy asks for, every label that is known from the start at 0, so that `increase()` misses nothing. */
import { isTallied, TALLIES, type Policy, type Tally, type TallyName } from '@rollcall/contract';
import type { Series } from './ledger.ts';
import type { TallyReading } from './reading.ts';
import { slotCount, type TallyCell } from './tallies.ts';

const NAMES = Object.keys(TALLIES) as TallyName[];

/** The tallies of a series by pool, '' for those of the policy as a whole; `slots` tells which time is shown. */
export interface TalliesByPool {
  of(pool: string): readonly TallyReading[];
  readonly pools: readonly string[];
}

/** Reads the tallies of a series. */
export function readTallies(
  policy: Policy,
  series: Series | undefined,
  slots: (cell: TallyCell) => readonly number[],
): TalliesByPool {
  const asked = NAMES.filter((name) => isTallied(name, policy));
  const cells = Map.groupBy(
    [...(series?.tallies.cells.values() ?? [])].filter((cell) => asked.includes(cell.of)),
    ({ pool }) => pool,
  );
  return {
    pools: [...cells.keys()].filter((pool) => pool !== ''),
    of: (pool) => {
      const found = new Map<string, TallyReading>();
      for (const of of asked) {
        const { poolLabels, policyLabels }: Tally = TALLIES[of];
        for (const label of pool === '' ? policyLabels : poolLabels) found.set(`${of} ${label}`, zero(of, label));
      }
      for (const cell of cells.get(pool) ?? []) {
        const { of, label } = cell;
        found.set(`${of} ${label}`, { of, label, slots: [...slots(cell)] });
      }
      return [...found.values()];
    },
  };
}

function zero(of: TallyName, label: string): TallyReading {
  return { of, label, slots: Array.from({ length: slotCount(TALLIES[of]) }, () => 0) };
}
