/** How fast budgets burn, from what the rules recorded: 1 spends a budget exactly in its period. */
import {
  BURN_TIERS,
  burnFactor,
  COVERAGE_METRICS,
  nameObjectiveSeries,
  POLICY_LABELS,
  SLIS,
  type BurnTierName,
} from '@rollcall/contract';
import { held, recorded } from './select.ts';

/** The SLIs that the board's variable names. */
export const CHOSEN_SLI = 'sli=~"$sli"';

/** The labels of an objective. */
export const OBJECTIVE_LABELS = `${POLICY_LABELS}, sli`;

/** The targets of the objectives, 0 to 1. */
export const OBJECTIVE = held(COVERAGE_METRICS.objective, CHOSEN_SLI);

/** The period whose thresholds boards show; those of shorter periods differ. */
const PERIOD_MS = SLIS.coverage.windowMs;

/** Up to here rules record a ratio; from here on counts of bad and valid. */
const COUNTED_FROM_MS = BURN_TIERS.page_slow.longMs;

function badShare(ms: number, speed: number): string {
  const [ofNodes, ofJoins] = [nameObjectiveSeries('coverage', speed), nameObjectiveSeries('join', speed)];
  if (ms < COUNTED_FROM_MS) return recorded(ofNodes.ratio(ms), CHOSEN_SLI);
  const shares = [ofNodes, ofJoins].map(
    ({ bad, valid }) => `${recorded(bad(ms), CHOSEN_SLI)} / (${recorded(valid(ms), CHOSEN_SLI)} > 0)`,
  );
  return `(${shares.join(' or ')})`;
}

/** The burn rate of each chosen objective over a window. */
export function burnRate(ms: number, speed: number): string {
  return `${badShare(ms, speed)} / on (${OBJECTIVE_LABELS}) (1 - ${OBJECTIVE})`;
}

/** How many times faster than evenly an objective over 30 days must burn for the tier to fire. */
export function factorOf(tier: BurnTierName): number {
  return burnFactor(tier, PERIOD_MS);
}

/** How near the tier is to firing, as a share of its threshold, for objectives over 30 days: above 1 it fires, once half of the window is known. */
export function nearness(tier: BurnTierName, speed: number): string {
  const { longMs, shortMs } = BURN_TIERS[tier];
  const [long, short] = [badShare(longMs, speed), badShare(shortMs, speed)];
  // Both windows must be above it, so that the lesser one says how near it is.
  const lesser = `((${long} <= ${short}) or (${short} < ${long}))`;
  return `${lesser} / on (${OBJECTIVE_LABELS}) (1 - ${OBJECTIVE}) / ${Number(factorOf(tier).toPrecision(12))}`;
}

/** Budgets for a graph: one that is overspent a hundredfold would press all others flat. */
export function atLeastMinusAll(budgets: string): string {
  return `clamp_min(${budgets}, -1)`;
}
