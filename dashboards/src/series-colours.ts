/** The colour of a series by the word in its label, the same on every board. */
import { OWNERS, REASONS, type Owner, type ReasonCode } from '@rollcall/contract';
import type { Colour } from './palette.ts';

/** Who can mend it. */
export const OWNER_COLOURS: Readonly<Record<Owner, Colour>> = {
  agent: 'bad',
  node: 'pink',
  platform: 'warning',
  rollout: 'excused',
};

const CYCLE: readonly Colour[] = ['bad', 'warning', 'pink', 'excused', 'teal', 'yellow', 'good'];

/** Reasons share colours, neighbours in rank do not; beside them stands the legend. */
export const REASON_COLOURS: Readonly<Record<string, Colour>> = Object.fromEntries(
  Object.keys(REASONS).map((code, rank) => [code, CYCLE[rank % CYCLE.length] ?? 'unknown']),
);

/** The reasons that an owner can mend, as a regular expression. */
export function reasonsOf(owner: Owner): string {
  const codes = Object.keys(REASONS) as ReasonCode[];
  return codes.filter((code) => REASONS[code].owner === owner).join('|');
}

/** Owners by number, for bands whose colour says who can mend it. */
export const NUMBERED_OWNERS: readonly (readonly [owner: Owner, number: number])[] = OWNERS.map((owner, at) => [
  owner,
  at + 1,
]);
