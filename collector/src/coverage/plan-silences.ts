/** Which alerts planned work makes moot: of whole pools of policies, as long as their nodes are excused by it. */
import type { Policy } from '@rollcall/contract';
import { isOpenAt, joinSpells, periodOf, sightWindows, useAt } from './maintenance.ts';
import type { Inventory } from '../inventory/index.ts';
import type { PolicyRoll } from './policy-roll.ts';
import type { Instant } from './subject.ts';

/** The alerts of a policy, in some of its pools, for one spell of a window. Times are wall-clock milliseconds. */
export interface PlannedSilence {
  /** Tells it from all others; the same whenever, and by whomever, it is planned. */
  readonly key: string;
  readonly policy: Pick<Policy, 'namespace' | 'daemonset'>;
  /** None named: all. */
  readonly pools: readonly string[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly window: string;
  readonly owner: string;
  readonly reason: string;
}

/**
 * The silences for what is open at `now`, or opens within `soonMs`. A window that names nodes silences nothing: alerts are of pools, and the
 * other nodes' are to be heard. One ends where no more may be excused, by all windows of the policy together, so rather early than late.
 */
export function planSilences(
  inventory: Inventory,
  rolls: Iterable<PolicyRoll>,
  { now, soonMs }: { readonly now: Instant; readonly soonMs: number },
): readonly PlannedSilence[] {
  if (inventory.windows.size === 0) return [];
  return [...rolls].flatMap((roll) => planForPolicy(inventory, roll, { now, soonMs }));
}

function planForPolicy(
  inventory: Inventory,
  roll: PolicyRoll,
  { now, soonMs }: { readonly now: Instant; readonly soonMs: number },
): readonly PlannedSilence[] {
  const { policy } = roll;
  const { windows } = (roll.maintenance ??= sightWindows(inventory, policy));
  const all = joinSpells(windows.flatMap(({ spells }) => spells));
  return windows.flatMap(({ object, spells, aheadMs }) => {
    if (object.nodes.length > 0 || object.selector !== undefined) return [];
    const soon = spells.filter(([start, end]) => start <= now.monoMs + soonMs && end > now.monoMs);
    return soon.flatMap(([start, end]) => {
      const use = useAt(all, { nowMono: Math.max(start, now.monoMs), periodMs: periodOf(policy) });
      if (use.leftMs <= 0 || !isOpenAt(all, Math.max(start, now.monoMs))) return [];
      const endsMono = Math.min(end, Math.max(start, now.monoMs) + use.leftMs);
      return [
        {
          key: `${object.uid}/${policy.uid}/${start + aheadMs}`,
          policy,
          pools: object.pools,
          startsAt: start + aheadMs,
          endsAt: endsMono + aheadMs,
          window: `${object.namespace}/${object.name}`,
          owner: object.owner,
          reason: object.reason,
        },
      ];
    });
  });
}
