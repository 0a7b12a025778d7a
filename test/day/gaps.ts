/** The gaps that are planted in a day. */
import type { Random } from '../e2e/random.ts';
import type { Ailment } from './cluster.ts';

/** Kinds of planted gaps. */
export type GapKind = Ailment | 'label' | 'taint' | 'dead';

/** A gap that was planted: so many nodes lost the daemon at a minute, for so many minutes. */
export interface Gap {
  readonly kind: GapKind;
  readonly daemonset: string;
  readonly nodes: number;
  readonly minute: number;
  readonly minutes: number;
  /** Whether so many nodes are worth a page. */
  readonly large: boolean;
}

/** The DaemonSets: one that rolls by itself and sends heartbeats, one that is updated by hand. */
export const DAEMONS = { rolling: 'agent', byHand: 'proxy' } as const;

/** The minutes of a day. */
export const DAY_MINUTES = 1_440;

/** Kind, nodes, and least and most minutes; a long and a short one of each are told apart by 5 min, and none is near to it. */
const PLANS: readonly (readonly [kind: GapKind, nodes: number, least: number, most: number])[] = [
  ['label', 3, 20, 50],
  ['taint', 2, 15, 40],
  ['hang', 4, 15, 30],
  ['hang', 1, 9, 14],
  ['crash', 1, 7, 15],
  ['crash', 5, 10, 25],
  ['crash', 30, 12, 20],
  ['quota', 3, 12, 25],
  ['dead', 1, 20, 40],
  ['image', 1, 8, 12],
  ['label', 1, 7, 9],
  ['taint', 1, 7, 9],
  ['crash', 1, 1, 3],
  ['crash', 4, 2, 3],
  ['label', 1, 1, 2],
  ['quota', 2, 2, 3],
  ['hang', 2, 2, 3],
];

/** Each in a stretch of the day of its own, in an order that is drawn. */
export function plantGaps(draw: Random): readonly Gap[] {
  const slot = (DAY_MINUTES - 120) / PLANS.length;
  const order = PLANS.map((own) => ({ own, key: draw.next() })).toSorted((one, other) => one.key - other.key);
  return order.map(({ own: [kind, nodes, least, most] }, n) => ({
    kind,
    daemonset: kind === 'hang' || draw.chance(0.7) ? DAEMONS.rolling : DAEMONS.byHand,
    nodes,
    minute: Math.floor(45 + n * slot + draw.next() * 15),
    minutes: draw.integer(least, most),
    large: nodes >= 15,
  }));
}
