/** What is raised when a policy's series are gone: a rule of the policy, since absent series carry no labels. */
import { ALERTS, budgetOf, COVERAGE_METRICS, formatDuration, type Policy, POLICY_LABELS } from '@rollcall/contract';
import { annotate, OF_POLICY, POLICY_NAME } from './annotations.ts';
import { matchers } from './promql.ts';
import type { AlertingRule, RuleSettings } from './rule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The share of the tightest budget that may go unseen before each alert; the catalogue's waits are the least. */
const SHARES = { CollectorAbsent: 0.01, CollectorGone: 0.05 } as const;

/** The ticket and the page. */
export function alertOnAbsence(policy: Policy, settings: RuleSettings): readonly AlertingRule[] {
  return (Object.keys(SHARES) as (keyof typeof SHARES)[]).map((alert) => alertAfter(alert, policy, settings));
}

function alertAfter(alert: keyof typeof SHARES, policy: Policy, settings: RuleSettings): AlertingRule {
  const budgetMs = Math.min(...policy.objectives.map(({ target, windowMs }) => budgetOf(target) * windowMs));
  const waitMs = Math.max(ALERTS[alert].forMs, Number.isFinite(budgetMs) ? SHARES[alert] * budgetMs : 0);
  const { severity, priority, owner } = ALERTS[alert];
  const waited = formatDuration((Math.ceil(waitMs / MINUTE_MS) * MINUTE_MS) / settings.speed);
  return {
    alert,
    expr: absence(policy, settings),
    for: waited,
    labels: { severity, priority, owner, team: policy.team },
    annotations: annotate({
      alert,
      summary: `${POLICY_NAME}: nothing is heard of this policy since ${waited}`,
      scope: OF_POLICY,
      settings,
      nodes: false,
      window: '',
    }),
  };
}

/** A cluster that told of the policy within a day and no longer does; or that nobody did, within a day. */
function absence({ namespace, daemonset }: Policy, { speed }: RuleSettings): string {
  const series = COVERAGE_METRICS.policyInfo.name + matchers({ namespace, daemonset });
  const known = `present_over_time(${series}[${formatDuration(DAY_MS / speed)}])`;
  return `(max by (${POLICY_LABELS}) (${known}) unless max by (${POLICY_LABELS}) (${series})) or absent(${known})`;
}
