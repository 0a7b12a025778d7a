/** All rules for a set of policies: files of groups, the same text for the same policies. */
import { formatDuration, type Policy } from '@rollcall/contract';
import { alertOnAbsence } from './absence-alerts.ts';
import { alertOnBurn, alertOnHalfSpent } from './burn-alerts.ts';
import { recordIndicators, recordPieces, recordStates } from './fleet-recordings.ts';
import { recordBudget, recordWindows } from './objective-recordings.ts';
import { describeTarget, type Target } from './objective.ts';
import type { RuleGroup, RuleSettings } from './rule.ts';
import { alertOnStates } from './state-alerts.ts';

/** The groups of one file; `name` is that of the file and of the object. */
export interface RuleFile {
  readonly name: string;
  readonly groups: readonly RuleGroup[];
}

/** The name of what is made for all policies. */
const FLEET = 'rollcall';

const STATE_INTERVAL_MS = 30_000;
/** What is left of a month changes slowly. */
const BUDGET_INTERVAL_MS = 300_000;

/** One file for what holds of all policies, and one for each policy, in order of their names. */
export function generateRules(policies: readonly Policy[], settings: RuleSettings): readonly RuleFile[] {
  const files = policies.map((policy) => ({
    name: `${FLEET}-${policy.namespace}-${policy.daemonset}`,
    groups: [
      ...policy.objectives.flatMap((objective) => groupObjective(describeTarget(policy, objective, settings))),
      groupAbsence(policy, settings),
    ],
  }));
  return [{ name: FLEET, groups: groupFleet(settings) }, ...files.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
}

function groupFleet(settings: RuleSettings): readonly RuleGroup[] {
  const interval = formatDuration(STATE_INTERVAL_MS / settings.speed);
  return [
    { name: `${FLEET}.states`, interval, rules: [...recordStates(settings), ...alertOnStates(settings)] },
    { name: `${FLEET}.indicators`, interval: formatDuration(settings.intervalMs), rules: recordIndicators(settings) },
    { name: `${FLEET}.pieces`, interval: formatDuration(settings.intervalMs), rules: recordPieces(settings) },
  ];
}

function groupObjective(target: Target): readonly RuleGroup[] {
  const { policy, objective, settings } = target;
  const name = `${FLEET}.${policy.namespace}.${policy.daemonset}.${objective.sli}`;
  const half = alertOnHalfSpent(target);
  const rules = [...recordWindows(target), ...alertOnBurn(target), ...(half === undefined ? [] : [half])];
  return [
    { name, interval: formatDuration(settings.intervalMs), rules },
    {
      name: `${name}.budget`,
      interval: formatDuration(BUDGET_INTERVAL_MS / settings.speed),
      rules: [recordBudget(target)],
    },
  ];
}

function groupAbsence(policy: Policy, settings: RuleSettings): RuleGroup {
  return {
    name: `${FLEET}.${policy.namespace}.${policy.daemonset}.absence`,
    interval: formatDuration(STATE_INTERVAL_MS / settings.speed),
    rules: alertOnAbsence(policy, settings),
  };
}
