/** The colour of a series by the word in its label, the same on every board. */
import { REASONS, type Owner, type ReasonCode } from '@rollcall/contract';
import type { Colour } from './palette.ts';

/** Who can mend it. */
export const OWNER_COLOURS: Readonly<Record<Owner, Colour>> = {
  agent: 'bad',
  node: 'pink',
  platform: 'warning',
  rollout: 'excused',
};

const CYCLE: readonly Colour[] = ['bad', 'warning', 'pink', 'excused', 'teal', 'yellow', 'good'];

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Series that follow each other differ; beyond seven, colours come again, and the legend tells them apart. */
export function cycleColours(names: readonly string[]): Readonly<Record<string, Colour>> {
  return Object.fromEntries(names.map((name, at) => [name, CYCLE[at % CYCLE.length] ?? 'unknown']));
}

/** For names that are not known here, such as pools: by their last letter, as regular expressions. */
export const ANY_COLOURS: Readonly<Record<string, Colour>> = Object.fromEntries(
  CYCLE.map((colour, at) => [
    `.*[${LETTERS.split('')
      .filter((_, place) => place % CYCLE.length === at)
      .join('')}]`,
    colour,
  ]),
);

/** Of the reasons that are met most, each has its own: in an outage they stand on each other. */
const COMMONEST: Partial<Readonly<Record<ReasonCode, Colour>>> = {
  LabelDrift: 'warning',
  ImagePullFailed: 'teal',
  CrashLoop: 'bad',
  NodeNotReady: 'pink',
  RolloutReplacing: 'excused',
  IngestionLagging: 'yellow',
  InsufficientResources: 'black',
};

/** By reason, in the order of rank. */
export const REASON_COLOURS: Readonly<Record<string, Colour>> = { ...cycleColours(Object.keys(REASONS)), ...COMMONEST };

/** The reasons that an owner can mend, as a regular expression. */
export function reasonsOf(owner: Owner): string {
  const codes = Object.keys(REASONS) as ReasonCode[];
  return codes.filter((code) => REASONS[code].owner === owner).join('|');
}
