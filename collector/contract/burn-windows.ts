/** Burn windows: how fast a budget has to burn, over which windows, until who is told. Rules and the SLO engine read this one table. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** One tier: who is told, and the windows whose ratio must both be above the threshold, in milliseconds. */
export interface BurnTier {
  readonly severity: 'page' | 'ticket';
  readonly longMs: number;
  /** Says whether it still goes on, so that the alert ends soon after the loss does. */
  readonly shortMs: number;
}

/** The tiers of the SRE workbook (chapter "Alerting on SLOs", table 5-8 with its 1 d row), the fastest first. */
export const BURN_TIERS = {
  page_fast: { severity: 'page', longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  page_slow: { severity: 'page', longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
  ticket_fast: { severity: 'ticket', longMs: DAY_MS, shortMs: 2 * HOUR_MS },
  ticket_slow: { severity: 'ticket', longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS },
} as const satisfies Record<string, BurnTier>;

/** The name of a tier: the value of the `tier` label of burn alerts. */
export type BurnTierName = keyof typeof BURN_TIERS;

type Shares = Readonly<Record<BurnTierName, number>>;

/** The share of a period's budget in percent that a tier lets go before it fires: the workbook's. */
const WORKBOOK_PERCENT: Shares = { page_fast: 2, page_slow: 5, ticket_fast: 10, ticket_slow: 10 };

/** Of shorter periods: Sloth's sample for 7 d. */
const WEEK_PERCENT: Shares = { page_fast: 8, page_slow: 12.5, ticket_fast: 20, ticket_slow: 42 };

/** From which period on the workbook's shares hold: for shorter ones its slowest tier would fire at a burn that the budget survives. */
const WORKBOOK_FROM_MS = 28 * DAY_MS;

/** From which share of its length on a window counts: below it what little history there is would be taken for the whole. */
export const HISTORY_SHARE = 0.5;

/** The share of the period's budget, in percent, that is spent when the tier fires on a steady loss. */
export function budgetPercent(tier: BurnTierName, periodMs: number): number {
  return (periodMs < WORKBOOK_FROM_MS ? WEEK_PERCENT : WORKBOOK_PERCENT)[tier];
}

/** How many times faster than evenly over the period the budget must burn for the tier to fire: share x period / long window. */
export function burnFactor(tier: BurnTierName, periodMs: number): number {
  return (budgetPercent(tier, periodMs) * periodMs) / (100 * BURN_TIERS[tier].longMs);
}

/** What the budget of an objective is: 1 minus the target, without the last digits that binary numbers add. */
export function budgetOf(target: number): number {
  return Number((1 - target).toFixed(12));
}

/** The bad share, 0 to 1, that a tier's windows must be strictly above. At 1 and more the tier can never fire. */
export function burnThreshold(tier: BurnTierName, { target, windowMs }: Budgeted): number {
  return Number((burnFactor(tier, windowMs) * budgetOf(target)).toPrecision(15));
}

/** What of an objective decides its thresholds; `windowMs` is its period, the longest one of a calendar unit. */
export interface Budgeted {
  readonly target: number;
  readonly windowMs: number;
}

/** False for a tier that not even a loss of everything brings about: its threshold is 1 or more. */
export function canFire(tier: BurnTierName, objective: Budgeted): boolean {
  return burnThreshold(tier, objective) < 1;
}
