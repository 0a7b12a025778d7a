/** The gaps that are planted in a day. */
import type { Random } from '../e2e/random.ts';
import type { DayPlan, GapKind } from './plan.ts';

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

/** The node pools; nothing is planted in the last one, which has its upgrade and its outage. */
export const POOLS = ['general', 'spot', 'system'] as const;

/** A gap of more than such a share of all nodes is worth a page. */
const LARGE_SHARE = 0.1;

/** Each in a stretch of the day of its own, in an order that is drawn. */
export function plantGaps(draw: Random, { gaps, nodesPerPool }: DayPlan): readonly Gap[] {
  const { from, until, jitter, plans } = gaps;
  const slot = (until - from) / plans.length;
  const order = plans.map((own) => ({ own, key: draw.next() })).toSorted((one, other) => one.key - other.key);
  return order.map(({ own: [kind, nodes, least, most] }, n) => ({
    kind,
    daemonset: kind === 'hang' || draw.chance(0.7) ? DAEMONS.rolling : DAEMONS.byHand,
    nodes,
    minute: Math.floor(from + n * slot + draw.next() * jitter),
    minutes: draw.integer(least, most),
    large: nodes > LARGE_SHARE * POOLS.length * nodesPerPool,
  }));
}
