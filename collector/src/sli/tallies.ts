/** Counts and histograms of a series: all that was seen, and of it what is exported, kept by the same rule as node-seconds. */
import { OTHER_LABEL, TALLIES, type Tally, type TallyName } from '@rollcall/contract';
import type { Tallied } from '../coverage/index.ts';
import type { Role } from './bucket.ts';

/** What was counted under one label of one pool, slot by slot: one for a count; for a histogram one a bound, one beyond, and the sum. */
export interface TallyCell {
  readonly of: TallyName;
  readonly pool: string;
  readonly label: string;
  readonly seen: number[];
  readonly exported: number[];
  /** The part that came up behind the end of the Lease: nobody has exported it yet. */
  readonly pending: number[];
}

/** The cells of a series, since when something is pending, and what is not to be exported yet. */
export interface Tallies {
  readonly cells: Map<string, TallyCell>;
  /** The labels that senders chose, of each name: agents report thousands of times a second, too often to look at all cells. */
  readonly chosen: Map<TallyName, Set<string>>;
  readonly held: Set<Held>;
  pendingSinceMono: number;
}

/** What was counted: to be exported, or pending, once it is released. */
interface Held {
  readonly cell: TallyCell;
  readonly amounts: readonly (readonly [slot: number, amount: number])[];
  readonly monoMs: number;
  isPending: boolean;
}

/** Nothing counted. */
export function createTallies(): Tallies {
  return { cells: new Map(), chosen: new Map(), held: new Set(), pendingSinceMono: Infinity };
}

const NOTHING = (): void => undefined;

/**
 * Counts under a role that has held since its last change; nothing where there is no series. It is seen at once, and exported, if this role
 * or what becomes of it has it so, when the answer is called for the first time.
 */
export function tally(tallies: Tallies | undefined, tallied: Tallied, role: Role): () => void {
  if (tallies === undefined) return NOTHING;
  const { pool, of, label, by = 1, ms, monoMs } = tallied;
  const cell = cellOf(tallies, { of, pool, label: boundLabel(tallies, of, label) });
  const amounts = ms === undefined ? [[0, by] as const] : slotsOf(of, ms);
  for (const [slot, amount] of amounts) add(cell.seen, slot, amount);
  const isPending = monoMs > role.untilMonoMs;
  if (!isPending && !role.leader) return NOTHING;
  const held: Held = { cell, amounts, monoMs, isPending };
  tallies.held.add(held);
  return () => release(tallies, held);
}

function release(tallies: Tallies, held: Held): void {
  if (!tallies.held.delete(held)) return;
  const { cell, amounts, monoMs, isPending } = held;
  if (isPending) tallies.pendingSinceMono = Math.min(tallies.pendingSinceMono, monoMs);
  for (const [slot, amount] of amounts) add(isPending ? cell.pending : cell.exported, slot, amount);
}

/** Ends a role: what is pending is exported by whoever leads now, and dropped once somebody else is seen to have led at that time. */
export function turnTallies(tallies: Tallies, after: Role): void {
  for (const held of tallies.held) {
    if (!held.isPending) continue;
    if (after.leader) held.isPending = false;
    else if (held.monoMs <= after.untilMonoMs) tallies.held.delete(held);
  }
  if (!after.leader && after.untilMonoMs < tallies.pendingSinceMono) return;
  for (const { exported, pending } of tallies.cells.values()) {
    if (after.leader) pending.forEach((amount, slot) => add(exported, slot, amount));
    pending.fill(0);
  }
  tallies.pendingSinceMono = Infinity;
}

/** How many slots it takes to count that. */
export function slotCount({ boundsMs }: Tally): number {
  return boundsMs === undefined ? 1 : boundsMs.length + 2;
}

function slotsOf(of: TallyName, ms: number): readonly (readonly [slot: number, amount: number])[] {
  const { boundsMs = [] }: Tally = TALLIES[of];
  const found = boundsMs.findIndex((bound) => ms <= bound);
  return [
    [found === -1 ? boundsMs.length : found, 1],
    [boundsMs.length + 1, ms],
  ];
}

type CellKey = Pick<TallyCell, 'of' | 'pool' | 'label'>;

function cellOf({ cells }: Tallies, { of, pool, label }: CellKey): TallyCell {
  const key = `${of}\n${pool}\n${label}`;
  let cell = cells.get(key);
  if (cell === undefined) {
    const zeros = (): number[] => Array.from({ length: slotCount(TALLIES[of]) }, () => 0);
    cells.set(key, (cell = { of, pool, label, seen: zeros(), exported: zeros(), pending: zeros() }));
  }
  return cell;
}

/** Agents name their components as they like: the first ones of a series have names, all further ones are one. */
function boundLabel({ chosen }: Tallies, of: TallyName, label: string): string {
  const { poolLabels, policyLabels, others }: Tally = TALLIES[of];
  if (label === OTHER_LABEL || poolLabels.includes(label) || policyLabels.includes(label)) return label;
  let known = chosen.get(of);
  if (known === undefined) chosen.set(of, (known = new Set()));
  if (known.size < others) known.add(label);
  return known.has(label) ? label : OTHER_LABEL;
}

function add(slots: number[], slot: number, amount: number): void {
  slots[slot] = (slots[slot] ?? 0) + amount;
}
