/** What an objective's tiers can see, before anything is installed: the smallest loss in a fleet, and the time to its alert. */
import { BURN_TIERS, burnThreshold, canFire, type Budgeted, type BurnTierName } from '@rollcall/contract';

/** What one tier sees of a fleet whose history is clean. */
export interface TierForecast {
  readonly tier: BurnTierName;
  readonly severity: 'page' | 'ticket';
  /** False if not even the loss of everything brings it about, in a fleet of any size. */
  readonly canFire: boolean;
  /** The fewest nodes whose steady loss it tells of; undefined if it tells not even of all. */
  readonly smallestLoss: number | undefined;
  /** From that loss to its alert. */
  readonly alertMs: number | undefined;
  /** From the loss of one node; undefined if it never tells of it. */
  readonly oneNodeMs: number | undefined;
}

/** All tiers, the fastest first. An alert comes when the loss has filled the long window up to the threshold: threshold x long / share lost. */
export function forecastTiers(objective: Budgeted, nodes: number): readonly TierForecast[] {
  return (Object.keys(BURN_TIERS) as BurnTierName[]).map((tier) => {
    const { longMs, severity } = BURN_TIERS[tier];
    const threshold = burnThreshold(tier, objective);
    const after = (lost: number): number | undefined =>
      lost <= nodes && lost / nodes > threshold ? (threshold * longMs * nodes) / lost : undefined;
    const smallest = findSmallest(threshold, nodes);
    return {
      tier,
      severity,
      canFire: canFire(tier, objective),
      smallestLoss: smallest,
      alertMs: smallest === undefined ? undefined : after(smallest),
      oneNodeMs: after(1),
    };
  });
}

function findSmallest(threshold: number, nodes: number): number | undefined {
  const least = Math.floor(threshold * nodes);
  // By division, as the rule does it: a product of binary numbers may miss the border.
  const found = [least, least + 1].find((lost) => lost > 0 && lost / nodes > threshold);
  return found === undefined || found > nodes ? undefined : found;
}
