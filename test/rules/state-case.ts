/** What cases of the alerts about states are built from. */
import type { Firing, RuleCase } from './play-cases.ts';
import { grows, holds, named, type Series, type Stretch } from './timeline.ts';

/** How long a case plays unless it says otherwise. */
export const MINUTES = 60;

/** The policy is known all the time. */
export const INFO = holds(
  named('rollcall_policy_info', { team: 'platform', contact: '#p', purpose: 'logs', strategy: 'RollingUpdate' }),
  [[400, 1]],
);

/** A gauge of the pool p, over stretches of minutes. */
export function pool(
  metric: string,
  stretches: readonly Stretch[],
  labels: Readonly<Record<string, string | undefined>> = {},
): Series {
  return holds(named(metric, { node_pool: 'p', ...labels }), stretches);
}

/** How many nodes a pool should have. */
export function expected(nodes: number, name = 'p'): Series {
  return pool('rollcall_expected_nodes', [[400, nodes]], { node_pool: name });
}

/** How many nodes are uncovered, by reason. */
export function uncovered(stretches: readonly Stretch[], labels: Readonly<Record<string, string>> = {}): Series {
  return pool('rollcall_uncovered_nodes', stretches, { reason: 'CrashLoop', owner: 'agent', ...labels });
}

/** The alert fires in the first minute given, and no more after the last. */
export function fires(alert: string, first: number, last?: number): Firing {
  return { alert: `alertname="${alert}"`, first, ...(last === undefined ? {} : { last }) };
}

/** None of these alerts fires. */
export function silent(...alerts: readonly string[]): readonly Firing[] {
  return alerts.map((alert) => ({ alert: `alertname="${alert}"` }));
}

/** A case of so many minutes, in which the policy is known all the time. */
export function of(name: string, series: readonly Series[], firings: readonly Firing[]): RuleCase {
  return {
    name,
    minutes: MINUTES,
    series: [INFO, ...series],
    firings,
    never: ['sum({__name__=~"(pool|policy):.+"}) != sum({__name__=~"(pool|policy):.+"})'],
  };
}

/** The age of the longest-uncovered node: 0 until it is lost, then a minute more each minute. */
export function longest(clean: number, lost: number): Series {
  const series = named('rollcall_longest_uncovered_seconds', { node_pool: 'p' });
  return { series, values: `0+0x${clean - 1} 0+60x${lost - 1} 0+0x400` };
}

/** For how long a node has been excused. */
export function excused(seconds: number): Series {
  return grows(
    named('rollcall_excused_node_seconds_total', { node_pool: 'p', reason: 'Leaving', verdict: 'uncovered' }),
    [[60, seconds]],
  );
}

/** A counter that grows by so much a second. */
export function counted(metric: string, seconds: number): Series {
  return grows(named(metric, { node_pool: 'p', sli: 'coverage' }), [[60, seconds]]);
}

/** A gauge without a pool. */
export function counts(
  metric: string,
  stretches: readonly Stretch[],
  labels: Readonly<Record<string, string>> = {},
): Series {
  return grows(named(metric, { node_pool: 'p', ...labels }), stretches);
}
