/** What alerts say: all of their annotations, as promtool fills them in. */
import { stringify } from 'yaml';
import type { Texts } from '@rollcall/alerts';
import { fleet, grows, holds, named, POLICY, type Series } from './timeline.ts';
import { expected, INFO, longest, uncovered } from './state-case.ts';

/** An alert that fires in a minute, with all labels and annotations that it must have. */
export interface TextCase {
  readonly name: string;
  readonly series: readonly Series[];
  readonly minute: number;
  readonly alert: string;
  readonly labels: Texts;
  readonly annotations: Texts;
}

/** What the rules of these cases are made with. */
export const PLACES = {
  runbookBase: 'https://runbooks.example/',
  dashboardUrl: 'https://grafana.example/d/rollcall?var-namespace=$namespace&var-daemonset=$daemonset',
} as const;

const TEAM = { ...POLICY, team: 'platform' };
const PAGE = { severity: 'page', priority: 'P1' };
const DASHBOARD = 'https://grafana.example/d/rollcall?var-namespace=agents&var-daemonset=agent';

function listed(nodes: number, minutes: number): readonly Series[] {
  return Array.from({ length: nodes }, (_, at) =>
    holds(named('rollcall_uncovered_node_info', { node_pool: 'p', node: `n${at + 10}`, reason: 'CrashLoop' }), [
      [10, 'missing'],
      [minutes, 1],
    ]),
  );
}

/** Node-seconds that were lost to a reason, from minute 10 on. */
function lostTo(reason: string, seconds: number, minutes = 60): Series {
  const series = named('rollcall_uncovered_node_seconds_total', { node_pool: 'p', reason, owner: 'agent' });
  return grows(series, [
    [10, 0],
    [minutes, seconds],
  ]);
}

const LOST = [...listed(3, 60), lostTo('CrashLoop', 120), lostTo('OOMKilled', 60)];

/** Of all policies. */
export const STATE_TEXTS: readonly TextCase[] = [
  {
    name: 'a page names reasons by what they cost, and nodes',
    series: [
      INFO,
      expected(20),
      uncovered([
        [10, 0],
        [60, 3],
      ]),
      ...LOST,
    ],
    minute: 15,
    alert: 'CoverageCollapse',
    labels: { ...TEAM, ...PAGE },
    annotations: {
      summary: 'agents/agent: 15% of the nodes lost the daemon',
      impact: 'A large part of the nodes does without the daemon, all at once.',
      reasons: 'CrashLoop 600 node-seconds; OOMKilled 300 node-seconds; ',
      nodes: 'n10 (CrashLoop) n11 (CrashLoop) n12 (CrashLoop) ',
      runbook_url: 'https://runbooks.example/alerts/runbooks/CoverageCollapse.md',
      dashboard_url: DASHBOARD,
    },
  },
  {
    name: 'a ticket of a pool names the pool, and nothing of others',
    series: [
      INFO,
      expected(1000),
      longest(10, 60),
      uncovered([
        [10, 0],
        [60, 1],
      ]),
      ...listed(1, 60),
      lostTo('CrashLoop', 60),
      holds(named('rollcall_uncovered_node_info', { node_pool: 'q', node: 'x', reason: 'Evicted' }), [[60, 1]]),
    ],
    minute: 20,
    alert: 'NodeUncovered',
    labels: { ...TEAM, node_pool: 'p', severity: 'ticket', priority: 'P3' },
    annotations: {
      summary: 'agents/agent in pool p: a node is uncovered for 10m 0s',
      impact: 'Single nodes do without the daemon; in a large fleet the budget does not show it.',
      reasons: 'CrashLoop 600 node-seconds; ',
      nodes: 'n10 (CrashLoop) ',
      runbook_url: 'https://runbooks.example/alerts/runbooks/NodeUncovered.md',
      dashboard_url: DASHBOARD,
    },
  },
];

/** Of an objective: 1 of 6 nodes for an hour, after a clean day. */
export const BURN_TEXTS: readonly TextCase[] = [
  {
    name: 'a burn tells what is left, and for how long',
    series: [
      ...fleet(6, [
        [1440, 0],
        [60, 1],
      ]),
      grows(named('rollcall_uncovered_node_seconds_total', { node_pool: 'p', reason: 'Evicted', owner: 'node' }), [
        [1440, 0],
        [60, 60],
      ]),
      holds(named('rollcall_uncovered_node_info', { node_pool: 'p', node: 'n1', reason: 'Evicted' }), [
        [1441, 'missing'],
        [60, 1],
      ]),
    ],
    minute: 1500,
    alert: 'BudgetBurnPage',
    labels: { ...TEAM, ...PAGE, sli: 'coverage', slo: 'agent-coverage', tier: 'page_fast' },
    annotations: {
      summary: 'agents/agent: the budget of coverage burns more than 14.4 times too fast, over 1h and over 5m',
      impact: 'The objective will be missed within days: nodes go without what the daemon does.',
      reasons: 'Evicted 3600 node-seconds; ',
      nodes: 'n1 (Evicted) ',
      // A minute before: 59 of 6 x 1499 node-minutes were bad, and 1 % may be.
      budget_left: '34.4%',
      // That share of 1 % of 720 hours, at a sixth of the nodes.
      exhaustion_hours: '14.9',
      runbook_url: 'https://runbooks.example/alerts/runbooks/BudgetBurnPage.md',
      dashboard_url: DASHBOARD,
    },
  },
];

/** Groups have no order; so that what is left is always of the minute before, it is evaluated first. */
const ORDER = ['rollcall.agents.agent.coverage.budget', 'rollcall.agents.agent.coverage'];

/** The test file of a case. */
export function describeText({ name, series, minute, alert, labels, annotations }: TextCase, rules: string): string {
  const exp_alerts = [{ exp_labels: labels, exp_annotations: annotations }];
  const alert_rule_test = [{ eval_time: `${minute}m`, alertname: alert, exp_alerts }];
  const tests = [{ name, interval: '1m', input_series: series, alert_rule_test }];
  return stringify(
    { rule_files: [rules], evaluation_interval: '1m', group_eval_order: ORDER, tests },
    { lineWidth: 0 },
  );
}
