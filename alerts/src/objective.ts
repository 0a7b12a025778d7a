/** What an objective's rules are made of: which series count as valid and as bad, and under which names their windows are recorded. */
import {
  COVERAGE_METRICS,
  formatDuration,
  increase,
  nameObjectiveSeries,
  type Objective,
  type ObjectiveSeries,
  type Policy,
  POOL,
  SLIS,
} from '@rollcall/contract';
import { matchers } from './promql.ts';
import type { RuleSettings } from './rule.ts';

/** One objective of one policy, as its rules need it. */
export interface Target {
  readonly policy: Policy;
  readonly objective: Objective;
  readonly settings: RuleSettings;
  /** `<daemonset>-<sli>`: the `slo` label. */
  readonly slo: string;
  /** Matchers of the policy and SLI, in braces, for recorded series. */
  readonly selector: string;
  readonly names: ObjectiveSeries;
  /** A window as it is written: its length divided by the speed. */
  readonly span: (ms: number) => string;
  readonly valid: (ms: number) => string;
  readonly bad: (ms: number) => string;
}

/** Takes an objective apart. */
export function describeTarget(policy: Policy, objective: Objective, settings: RuleSettings): Target {
  const { namespace, daemonset } = policy;
  const { sli } = objective;
  const span = (ms: number): string => formatDuration(ms / settings.speed);
  return {
    policy,
    objective,
    settings,
    slo: `${daemonset}-${sli}`,
    selector: matchers({ namespace, daemonset, sli }),
    names: nameObjectiveSeries(sli, settings.speed),
    span,
    ...countsOf(policy, objective, span),
  };
}

type Counts = Pick<Target, 'valid' | 'bad'>;

/** The counters of an objective, each with its matchers: of `good` and `bad` the one that is counted. */
export interface Counters {
  readonly total: string;
  readonly good?: string;
  readonly bad: string;
}

/** Which series an objective is made of, without any window. `bad` is empty where good ones are counted. */
export function selectCounters({ namespace, daemonset }: Policy, { sli, owners }: Objective): Counters {
  const policy = { namespace, daemonset };
  const select = (name: string, more: string): string => name + matchers(policy).replace('}', `,${more}}`);
  if (!SLIS[sli].nodeSeconds) {
    const { name } = COVERAGE_METRICS.joins;
    return { total: select(name, 'outcome=~"in_time|late"'), good: select(name, 'outcome="in_time"'), bad: '' };
  }
  const total = select(COVERAGE_METRICS.validSeconds.name, `sli="${sli}"`);
  if (sli !== 'coverage' || owners === undefined)
    return { total, good: select(COVERAGE_METRICS.goodSeconds.name, `sli="${sli}"`), bad: '' };
  return { total, bad: select(COVERAGE_METRICS.uncoveredSeconds.name, `owner=~"${owners.join('|')}"`) };
}

/** Valid and bad of a window; `span` writes the window. */
export function countsOf({ namespace, daemonset }: Policy, objective: Objective, span: Target['span']): Counts {
  const { sli, owners } = objective;
  const policy = { namespace, daemonset };
  if (!SLIS[sli].nodeSeconds) {
    const ofJoins = (outcome: string, ms: number): string => {
      const selector = matchers(policy).replace('}', `,outcome${outcome}}`);
      return increase(COVERAGE_METRICS.joins, { selector, window: span(ms), drop: [POOL, 'outcome'] });
    };
    return { valid: (ms) => ofJoins('=~"in_time|late"', ms), bad: (ms) => ofJoins('="late"', ms) };
  }
  const selector = matchers({ ...policy, sli });
  const valid = (ms: number): string =>
    increase(COVERAGE_METRICS.validSeconds, { selector, window: span(ms), drop: [POOL, 'sli'] });
  const good = (ms: number): string =>
    increase(COVERAGE_METRICS.goodSeconds, { selector, window: span(ms), drop: [POOL, 'sli'] });
  if (sli !== 'coverage' || owners === undefined)
    return { valid, bad: (ms) => `clamp_min(${valid(ms)} - ${good(ms)}, 0)` };
  const byOwner = matchers(policy).replace('}', `,owner=~"${owners.join('|')}"}`);
  const uncovered = (ms: number): string =>
    increase(COVERAGE_METRICS.uncoveredSeconds, {
      selector: byOwner,
      window: span(ms),
      drop: [POOL, 'reason', 'owner'],
    });
  return { valid, bad: uncovered };
}
