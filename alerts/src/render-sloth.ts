/** Objectives as a specification of Sloth (`prometheus/v1`), for those who let Sloth write their rules. */
import { ALERTS, runbookOf, type Objective, type Policy } from '@rollcall/contract';
import { stringify } from 'yaml';
import { countsOf } from './objective.ts';
import { number } from './promql.ts';
import type { RuleSettings } from './rule.ts';

/** A file for Sloth: its name without an ending, and its text. */
export interface SlothFile {
  readonly name: string;
  readonly text: string;
}

const HEADER = '# generated, do not edit: rollcall generate rules\n';
const DAY_MS = 86_400_000;
/** Sloth's period is one for all that it reads; this one unless it is told another. */
const SLOTH_PERIOD_MS = 30 * DAY_MS;

/** One file for each policy that has objectives. */
export function renderSloth(policies: readonly Policy[], settings: RuleSettings): readonly SlothFile[] {
  return policies
    .filter(({ objectives }) => objectives.length > 0)
    .map((policy) => {
      const { namespace, daemonset, team } = policy;
      const slos = policy.objectives.map((objective) => describeSlo(policy, objective, settings));
      // Sloth refuses a label without a value.
      const labels = team === '' ? {} : { team };
      const body = { version: 'prometheus/v1', service: `${namespace}-${daemonset}`, labels, slos };
      const text = HEADER + stringify(body, { lineWidth: 0, aliasDuplicateObjects: false });
      return { name: `rollcall-${namespace}-${daemonset}.sloth`, text };
    });
}

function describeSlo(policy: Policy, objective: Objective, { runbookBase }: RuleSettings): object {
  const { valid, bad } = countsOf(policy, objective, () => '{{.window}}');
  const { sli, target } = objective;
  const labelsOf = (alert: 'BudgetBurnPage' | 'BudgetBurnTicket') => ({
    labels: { severity: ALERTS[alert].severity, priority: ALERTS[alert].priority, slo: `${policy.daemonset}-${sli}` },
    ...(runbookBase === '' ? {} : { annotations: { runbook_url: runbookBase + runbookOf(alert) } }),
  });
  return {
    name: sli,
    objective: Number(number(target * 100)),
    // Above 0, so that 0/0 is no sample and no NaN.
    sli: { events: { error_query: bad(0), total_query: `(${valid(0)}) > 0` } },
    alerting: {
      name: 'RollcallBudgetBurn',
      page_alert: labelsOf('BudgetBurnPage'),
      ticket_alert: labelsOf('BudgetBurnTicket'),
    },
  };
}

/** What Sloth's rules do otherwise than ours. */
export function remarkOnSloth(policies: readonly Policy[]): readonly string[] {
  const periods = policies.flatMap(({ namespace, daemonset, objectives }) =>
    objectives
      .filter(({ windowMs, calendar }) => windowMs !== SLOTH_PERIOD_MS || calendar !== undefined)
      .map(({ sli, windowMs, calendar }) => {
        const own = calendar?.unit ?? `${windowMs / DAY_MS}d`;
        return `${namespace}/${daemonset}, ${sli}: the window ${own} has no place in a file of Sloth: it takes 30d, or what --default-slo-period says for all`;
      }),
  );
  return [
    ...periods,
    'sloth: no gate for too little history, no BudgetHalfSpent, no alerts on states, and the period is a mean of ratios',
  ];
}
