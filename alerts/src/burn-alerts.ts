/** The alerts of an objective: its budget burns too fast, in four tiers, or half of it went at once. */
import {
  ALERTS,
  BURN_TIERS,
  budgetOf,
  burnFactor,
  burnThreshold,
  canFire,
  HISTORY_SHARE,
  type AlertName,
  type BurnTierName,
} from '@rollcall/contract';
import { annotate, ask, OF_POLICY, POLICY_NAME } from './annotations.ts';
import type { Target } from './objective.ts';
import { DAY_MS } from './objective-recordings.ts';
import { addPieces, countSamples, number } from './promql.ts';
import type { AlertingRule, Texts } from './rule.ts';

const HOUR_MS = 3_600_000;
const SIX_HOURS_MS = 6 * HOUR_MS;
const TIERS = Object.keys(BURN_TIERS) as readonly BurnTierName[];
const ALERT_OF = { page: 'BudgetBurnPage', ticket: 'BudgetBurnTicket' } as const satisfies Record<string, AlertName>;

/** The share of the budget that calls for a review when it goes within a day. */
const REVIEWED_SHARE = 0.5;

/** The tiers that can fire at all, the fastest first. */
export function alertOnBurn(target: Target): readonly AlertingRule[] {
  return TIERS.filter((tier) => canFire(tier, target.objective)).map((tier) => alertOnTier(target, tier));
}

/** Tiers of the objective that not even a loss of everything brings about. */
export function mutedTiers({ objective }: Target): readonly BurnTierName[] {
  return TIERS.filter((tier) => !canFire(tier, objective));
}

function alertOnTier(target: Target, tier: BurnTierName): AlertingRule {
  const { longMs, shortMs, severity } = BURN_TIERS[tier];
  const { objective, settings, span } = target;
  const threshold = number(burnThreshold(tier, objective));
  const alert = ALERT_OF[severity];
  const factor = number(burnFactor(tier, objective.windowMs));
  const summary = `${POLICY_NAME}: the budget of ${objective.sli} burns more than ${factor} times too fast, over ${span(longMs)} and over ${span(shortMs)}`;
  return {
    alert,
    // Strictly above: a loss that spends the budget exactly on time is what the budget is for.
    expr: `${ratio(target, longMs)} > ${threshold} and ${ratio(target, shortMs)} > ${threshold} and ${history(target, longMs)}`,
    labels: { ...labelsOf(target, alert), tier },
    annotations: {
      ...annotate({ alert, summary, scope: OF_POLICY, settings, ...about(target, longMs) }),
      ...budgetLeft(target, longMs),
    },
  };
}

/** More than half of the budget of the period in one day, for the incident review. Undefined where a day cannot spend as much. */
export function alertOnHalfSpent(target: Target): AlertingRule | undefined {
  const { objective, settings, span } = target;
  const threshold = (REVIEWED_SHARE * budgetOf(objective.target) * objective.windowMs) / DAY_MS;
  if (threshold >= 1) return undefined;
  const alert = 'BudgetHalfSpent';
  const summary = `${POLICY_NAME}: more than half of the budget of ${objective.sli} for ${span(objective.windowMs)} went within ${span(DAY_MS)}`;
  return {
    alert,
    expr: `${ratio(target, DAY_MS)} > ${number(threshold)} and ${history(target, DAY_MS)}`,
    labels: labelsOf(target, alert),
    annotations: {
      ...annotate({ alert, summary, scope: OF_POLICY, settings, ...about(target, DAY_MS) }),
      ...budgetLeft(target, DAY_MS),
    },
  };
}

function labelsOf({ policy, slo }: Target, alert: AlertName): Texts {
  const { severity, priority } = ALERTS[alert];
  return { severity, priority, slo, team: policy.team };
}

/** Reasons are weighed over 6 h at most: the query is asked at each evaluation while the alert fires. */
function about({ objective, span }: Target, ms: number): { readonly nodes: boolean; readonly window: string } {
  return { nodes: objective.sli === 'coverage', window: span(Math.min(ms, SIX_HOURS_MS)) };
}

/** The bad share over a window: recorded as such up to 2 h, from counts above. */
function ratio({ names, selector }: Target, ms: number): string {
  if (ms < SIX_HOURS_MS) return names.ratio(ms) + selector;
  return `${names.bad(ms)}${selector} / (${names.valid(ms)}${selector} > 0)`;
}

/** Holds from half of the window's history on. */
function history({ names, selector, settings }: Target, ms: number): string {
  const least = HISTORY_SHARE * ms;
  if (ms < SIX_HOURS_MS) {
    const { intervalMs, speed } = settings;
    const series = names.ratio(BURN_TIERS.page_fast.shortMs) + selector;
    const samples = countSamples({ series, windowMs: ms / speed, intervalMs });
    return `${samples} >= ${number(least / speed / intervalMs)}`;
  }
  const seconds = number(least / settings.speed / 1000);
  if (ms <= DAY_MS) return `${names.history(ms)}${selector} >= ${seconds}`;
  const pieces = Array.from({ length: ms / DAY_MS }, (_, day) => ({
    series: names.history(DAY_MS) + selector,
    beforeMs: (day * DAY_MS) / settings.speed,
  }));
  return `${addPieces(pieces)} >= ${seconds}`;
}

/** What is left of the budget, and for how long at the rate of the window. */
function budgetLeft(target: Target, ms: number): Texts {
  const { names, objective, settings } = target;
  const scope = [...OF_POLICY, 'sli'];
  const left = `${names.budgetLeft(objective.windowMs)}{SCOPE}`;
  const over =
    ms < SIX_HOURS_MS ? `${names.ratio(ms)}{SCOPE}` : `(${names.bad(ms)}{SCOPE} / (${names.valid(ms)}{SCOPE} > 0))`;
  const hours = number((objective.windowMs * budgetOf(objective.target)) / settings.speed / HOUR_MS);
  return {
    budget_left: ask(left, scope, { each: '{{ .Value | humanizePercentage }}' }),
    exhaustion_hours: ask(`clamp_min(${left}, 0) * ${hours} / (${over} > 0)`, scope, {
      each: '{{ .Value | printf "%.1f" }}',
    }),
  };
}
