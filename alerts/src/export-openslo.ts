/** Policies' objectives as documents of OpenSLO v1: an SLI, an SLO, and an AlertPolicy with its AlertCondition for each burn tier. */
import { createHash } from 'node:crypto';
import {
  BURN_TIERS,
  burnFactor,
  type BurnTierName,
  canFire,
  formatDuration,
  type Objective,
  type Policy,
} from '@rollcall/contract';
import { stringify } from 'yaml';
import { selectCounters } from './objective.ts';
import { CALENDAR_DURATIONS, CALENDAR_START, OPENSLO_VERSION, type Losses } from './openslo.ts';
import { number } from './promql.ts';

/** A text, and what it does not say that the policies do. */
export interface OpenSloExport {
  readonly text: string;
  readonly losses: Losses;
}

/** The longest name less the longest ending of a tier: names are DNS labels of at most 63 characters. */
const MOST_CHARACTERS = 50;
const HASH_CHARACTERS = 8;
const TIERS = Object.keys(BURN_TIERS) as readonly BurnTierName[];
const HEADER = '# generated, do not edit: rollcall generate openslo\n';
const DAY_MS = 86_400_000;

/** All documents, in the order of the policies. Throws when two policies would have one name. */
export function exportOpenSlo(policies: readonly Policy[]): OpenSloExport {
  const documents = policies.flatMap((policy) => {
    const service = nameOf([policy.namespace, policy.daemonset]);
    const own = policy.objectives.flatMap((objective) => describeObjective(policy, objective, service));
    return own.length === 0 ? [] : [describeService(policy, service), ...own];
  });
  const names = Map.groupBy(documents, ({ kind, metadata }) => `${kind} ${metadata.name}`);
  const twin = [...names].find(([, all]) => all.length > 1)?.[0];
  if (twin !== undefined) throw new Error(`two objectives would both be the ${twin}: export their policies apart`);
  const text = documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n');
  return { text: HEADER + text, losses: policies.flatMap(listLosses) };
}

interface OpenSloDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

function document(kind: string, name: string, spec: object): OpenSloDocument {
  return { apiVersion: OPENSLO_VERSION, kind, metadata: { name }, spec };
}

function describeService({ purpose }: Policy, name: string): OpenSloDocument {
  return document('Service', name, purpose === '' ? {} : { description: purpose });
}

function describeObjective(policy: Policy, objective: Objective, service: string): readonly OpenSloDocument[] {
  const name = nameOf([policy.namespace, policy.daemonset, objective.sli]);
  const { total, good, bad } = selectCounters(policy, objective);
  const counted = good === undefined ? { bad: sourceOf(bad) } : { good: sourceOf(good) };
  const tiers = TIERS.filter((tier) => canFire(tier, objective));
  const alertName = (tier: BurnTierName): string => `${name}-${tier.replace('_', '-')}`;
  return [
    document('SLI', name, { ratioMetric: { counter: true, ...counted, total: sourceOf(total) } }),
    document('SLO', name, {
      service,
      indicatorRef: name,
      budgetingMethod: 'Occurrences',
      timeWindow: [describeWindow(objective)],
      objectives: [{ displayName: objective.sli, target: Number(number(objective.target)) }],
      alertPolicies: tiers.map(alertName),
    }),
    ...tiers.flatMap((tier) => describeTier(tier, objective, alertName(tier))),
  ];
}

function describeTier(tier: BurnTierName, { windowMs }: Objective, name: string): readonly OpenSloDocument[] {
  const { severity, longMs } = BURN_TIERS[tier];
  const condition = {
    kind: 'burnrate',
    op: 'gt',
    threshold: Number(number(burnFactor(tier, windowMs))),
    lookbackWindow: formatDuration(longMs),
    alertAfter: '0m',
  };
  return [
    document('AlertPolicy', name, {
      alertWhenNoData: false,
      alertWhenBreaching: true,
      alertWhenResolved: false,
      // One at most, says the specification.
      conditions: [{ conditionRef: name }],
      notificationTargets: [],
    }),
    document('AlertCondition', name, { severity, condition }),
  ];
}

function sourceOf(selector: string): object {
  return { metricSource: { type: 'Prometheus', spec: { query: `sum(${selector})` } } };
}

function describeWindow({ windowMs, calendar }: Objective): object {
  if (calendar === undefined) return { duration: `${windowMs / DAY_MS}d`, isRolling: true };
  const { unit, timeZone } = calendar;
  return { duration: CALENDAR_DURATIONS[unit], isRolling: false, calendar: { startTime: CALENDAR_START, timeZone } };
}

/** A DNS label out of the parts; what does not fit is told apart by a hash. */
function nameOf(parts: readonly string[]): string {
  const plain = parts.join('-');
  if (plain.length <= MOST_CHARACTERS && !plain.includes('.')) return plain;
  const hash = createHash('sha256').update(parts.join('/')).digest('hex').slice(0, HASH_CHARACTERS);
  const start = plain.replaceAll('.', '-').slice(0, MOST_CHARACTERS - HASH_CHARACTERS - 1);
  return `${start}-${hash}`;
}

function listLosses(policy: Policy): Losses {
  const about = `${policy.namespace}/${policy.daemonset}`;
  if (policy.objectives.length === 0) return [`${about}: has no objective, so nothing of it is there`];
  const dropped = policy.objectives.flatMap((objective) =>
    TIERS.filter((tier) => !canFire(tier, objective)).map(
      (tier) => `${about}, ${objective.sli}: ${tier} is left out, since not even a loss of everything burns so fast`,
    ),
  );
  return [
    ...dropped,
    `${about}: the short windows of burn alerts and their gate for too little history have no place, a condition has one window`,
    `${about}: what was not observed is outside the ratio, and the range of attainment that it makes is not told`,
    `${about}: alerts on states, the half-spent budget, team, contact and whom to tell are not told`,
    `${about}: which nodes count (scope, exclusions, exemptions, health, maintenance) is in the counters, not in the documents`,
  ];
}
