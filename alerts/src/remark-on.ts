/** What a reader of the rules should know of his objectives before he relies on them. */
import { BURN_TIERS, type Policy } from '@rollcall/contract';
import { alertOnHalfSpent, mutedTiers } from './burn-alerts.ts';
import { describeTarget } from './objective.ts';
import type { RuleSettings } from './rule.ts';

/** One line for each alert that cannot fire, since its threshold is a loss of more than everything. */
export function remarkOn(policies: readonly Policy[], settings: RuleSettings): readonly string[] {
  return policies.flatMap((policy) =>
    policy.objectives.flatMap((objective) => {
      const target = describeTarget(policy, objective, settings);
      const about = `${policy.namespace}/${policy.daemonset}, ${objective.sli} ${objective.target * 100} %`;
      const tiers = mutedTiers(target).map(
        (tier) =>
          `${about}: the ${BURN_TIERS[tier].severity} ${tier} is left out, since not even a loss of everything burns the budget so fast`,
      );
      const half =
        alertOnHalfSpent(target) === undefined
          ? [`${about}: BudgetHalfSpent is left out, since half of the budget outlasts a day without any node`]
          : [];
      return [...tiers, ...half];
    }),
  );
}
