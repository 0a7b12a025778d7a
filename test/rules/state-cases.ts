/** Cases of the alerts about states: one set of rules for all policies, evaluated by the minute. */
import type { Firing, RuleCase } from './play-cases.ts';
import { grows, holds, named, type Series, type Stretch } from './timeline.ts';

const MINUTES = 60;

/** The policy is known all the time. */
const INFO = holds(
  named('rollcall_policy_info', { team: 'platform', contact: '#p', purpose: 'logs', strategy: 'RollingUpdate' }),
  [[400, 1]],
);

function pool(
  metric: string,
  stretches: readonly Stretch[],
  labels: Readonly<Record<string, string | undefined>> = {},
): Series {
  return holds(named(metric, { node_pool: 'p', ...labels }), stretches);
}

function expected(nodes: number, name = 'p'): Series {
  return pool('rollcall_expected_nodes', [[400, nodes]], { node_pool: name });
}

function uncovered(stretches: readonly Stretch[], labels: Readonly<Record<string, string>> = {}): Series {
  return pool('rollcall_uncovered_nodes', stretches, { reason: 'CrashLoop', owner: 'agent', ...labels });
}

function fires(alert: string, first: number, last?: number): Firing {
  return { alert: `alertname="${alert}"`, first, ...(last === undefined ? {} : { last }) };
}

function silent(...alerts: readonly string[]): readonly Firing[] {
  return alerts.map((alert) => ({ alert: `alertname="${alert}"` }));
}

function of(name: string, series: readonly Series[], firings: readonly Firing[], minutes = MINUTES): RuleCase {
  return {
    name,
    minutes,
    series: [INFO, ...series],
    firings,
    never: ['sum({__name__=~"(pool|policy):.+"}) != sum({__name__=~"(pool|policy):.+"})'],
  };
}

/** The age of the longest-uncovered node: 0 until it is lost, then a minute more each minute. */
function longest(clean: number, lost: number): Series {
  const series = named('rollcall_longest_uncovered_seconds', { node_pool: 'p' });
  return { series, values: `0+0x${clean - 1} 0+60x${lost - 1} 0+0x400` };
}

const NODE_UNCOVERED: readonly RuleCase[] = [
  of(
    'one node of a thousand is lost for long',
    [
      expected(1000),
      longest(10, 40),
      uncovered([
        [10, 0],
        [40, 1],
        [50, 0],
      ]),
    ],
    [
      {
        alert: 'alertname="NodeUncovered"',
        first: 16,
        last: 49,
        labels: {
          alertname: 'NodeUncovered',
          alertstate: 'firing',
          daemonset: 'agent',
          namespace: 'agents',
          node_pool: 'p',
          priority: 'P3',
          severity: 'ticket',
          team: 'platform',
        },
      },
      ...silent('CoverageCollapse'),
    ],
  ),
  of(
    'a node is lost for five minutes',
    [
      expected(10),
      longest(10, 6),
      uncovered([
        [10, 0],
        [6, 1],
        [50, 0],
      ]),
    ],
    silent('NodeUncovered'),
  ),
  of(
    'a rollout explains every one of the lost',
    [
      expected(10),
      longest(10, 40),
      uncovered(
        [
          [10, 0],
          [40, 1],
          [50, 0],
        ],
        { reason: 'RolloutReplacing', owner: 'rollout' },
      ),
      pool(
        'rollcall_orderly_nodes',
        [
          [10, 0],
          [40, 1],
          [50, 0],
        ],
        { reason: 'Rollout' },
      ),
    ],
    silent('NodeUncovered'),
  ),
  of(
    'a rollout explains one of two',
    [
      expected(10),
      longest(10, 40),
      uncovered([
        [10, 0],
        [40, 2],
        [50, 0],
      ]),
      pool(
        'rollcall_orderly_nodes',
        [
          [10, 0],
          [40, 1],
          [50, 0],
        ],
        { reason: 'Rollout' },
      ),
    ],
    [fires('NodeUncovered', 16, 49)],
  ),
  of(
    'the collector starts anew in the midst',
    [
      expected(10),
      { series: named('rollcall_longest_uncovered_seconds', { node_pool: 'p' }), values: '0+60x30 stale _ 1980+60x40' },
    ],
    [fires('NodeUncovered', 6)],
  ),
  of(
    'another replica takes over in the midst',
    [
      expected(10),
      { series: named('rollcall_longest_uncovered_seconds', { node_pool: 'p' }), values: '0+60x30 stale' },
      {
        series: named('rollcall_longest_uncovered_seconds', { node_pool: 'p', instance: 'b:9808' }),
        values: '_x31 1860+60x40',
      },
    ],
    [fires('NodeUncovered', 6)],
  ),
];

const COLLAPSE: readonly RuleCase[] = [
  of(
    '30 of 150 lose the daemon',
    [
      expected(150),
      uncovered([
        [10, 0],
        [20, 30],
        [60, 0],
      ]),
    ],
    [
      {
        alert: 'alertname="CoverageCollapse"',
        first: 11,
        last: 29,
        labels: {
          alertname: 'CoverageCollapse',
          alertstate: 'firing',
          daemonset: 'agent',
          namespace: 'agents',
          priority: 'P1',
          severity: 'page',
          team: 'platform',
        },
      },
    ],
  ),
  of(
    '3 of 150 do',
    [
      expected(150),
      uncovered([
        [10, 0],
        [60, 3],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    '15 of 150 do, which is a tenth',
    [
      expected(150),
      uncovered([
        [10, 0],
        [60, 15],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    '16 of 150 do',
    [
      expected(150),
      uncovered([
        [10, 0],
        [60, 16],
      ]),
    ],
    [fires('CoverageCollapse', 11)],
  ),
  of(
    'all of 10 for ten minutes',
    [
      expected(10),
      uncovered([
        [10, 0],
        [10, 10],
        [60, 0],
      ]),
    ],
    [fires('CoverageCollapse', 11, 19)],
  ),
  of(
    'two of ten',
    [
      expected(10),
      uncovered([
        [10, 0],
        [60, 2],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    'two of two',
    [
      expected(2),
      uncovered([
        [10, 0],
        [60, 2],
      ]),
    ],
    [fires('CoverageCollapse', 11)],
  ),
  of(
    'one of one',
    [
      expected(1),
      uncovered([
        [10, 0],
        [60, 1],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    'a small pool of a large fleet',
    [
      expected(10),
      expected(990, 'q'),
      uncovered([
        [10, 0],
        [60, 8],
      ]),
    ],
    [{ alert: 'alertname="CoverageCollapse",node_pool="p"', first: 11 }],
  ),
  of(
    'half of a small pool',
    [
      expected(10),
      expected(990, 'q'),
      uncovered([
        [10, 0],
        [60, 5],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    'a rollout replaces many at once',
    [
      expected(100),
      uncovered(
        [
          [10, 0],
          [60, 25],
        ],
        { reason: 'RolloutReplacing', owner: 'rollout' },
      ),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    'the image of a rollout is not there',
    [
      expected(100),
      uncovered(
        [
          [10, 0],
          [60, 25],
        ],
        { reason: 'ImagePullFailed', owner: 'rollout' },
      ),
    ],
    [fires('CoverageCollapse', 11)],
  ),
  of(
    'a moment of less than a minute',
    [
      expected(100),
      uncovered([
        [10, 0],
        [1, 50],
        [60, 0],
      ]),
    ],
    silent('CoverageCollapse'),
  ),
  of(
    'the DaemonSet is deleted',
    [
      expected(10),
      uncovered(
        [
          [10, 0],
          [60, 10],
        ],
        { reason: 'DaemonSetMissing', owner: 'platform' },
      ),
    ],
    [fires('DaemonSetMissing', 11), ...silent('CoverageCollapse')],
  ),
];

const SCOPE: readonly RuleCase[] = [
  of(
    'a label drifts',
    [
      expected(10),
      uncovered(
        [
          [10, 0],
          [20, 1],
          [60, 0],
        ],
        { reason: 'LabelDrift', owner: 'platform' },
      ),
    ],
    [fires('ExpectationDrift', 12, 29)],
  ),
  of(
    'the controller counts otherwise for long',
    [
      holds(named('rollcall_divergence_nodes'), [
        [10, 0],
        [60, -1],
      ]),
      { series: named('rollcall_divergence_seconds'), values: '0+0x9 0+60x60' },
    ],
    [fires('ExpectationDrift', 16)],
  ),
  of(
    'a node crashes, and nothing drifts',
    [
      expected(10),
      uncovered([
        [10, 0],
        [60, 1],
      ]),
    ],
    silent('ExpectationDrift', 'FailedScheduling'),
  ),
  of(
    'no node matches any more',
    [
      pool('rollcall_expected_nodes', [
        [10, 3],
        [60, 0],
      ]),
    ],
    [fires('NoNodesMatch', 20)],
  ),
  of(
    'all nodes are excused',
    [
      pool('rollcall_expected_nodes', [
        [10, 3],
        [60, 0],
      ]),
      pool(
        'rollcall_excused_nodes',
        [
          [10, 0],
          [60, 3],
        ],
        { reason: 'Maintenance' },
      ),
    ],
    silent('NoNodesMatch'),
  ),
  of(
    'a stray',
    [
      pool('rollcall_stray_nodes', [
        [10, 0],
        [60, 1],
      ]),
    ],
    [fires('StrayDaemon', 40)],
  ),
  of(
    'a stray for 20 minutes',
    [
      pool('rollcall_stray_nodes', [
        [10, 0],
        [20, 1],
        [60, 0],
      ]),
    ],
    silent('StrayDaemon'),
  ),
  of(
    'a third of the time is excused',
    [
      excused(200),
      counted('rollcall_valid_node_seconds_total', 400),
      counted('rollcall_unobserved_node_seconds_total', 0),
    ],
    [fires('ExcusedTooLong', 31)],
  ),
  of(
    'a tenth of the time is excused',
    [
      excused(60),
      counted('rollcall_valid_node_seconds_total', 540),
      counted('rollcall_unobserved_node_seconds_total', 0),
    ],
    silent('ExcusedTooLong'),
  ),
  of(
    'maintenance has used its cap',
    [
      holds(named('rollcall_maintenance_cap_used_ratio'), [
        [10, 0.9],
        [60, 1],
      ]),
    ],
    [fires('ExcusedTooLong', 40)],
  ),
];

function excused(seconds: number): Series {
  return grows(
    named('rollcall_excused_node_seconds_total', { node_pool: 'p', reason: 'Leaving', verdict: 'uncovered' }),
    [[60, seconds]],
  );
}

function counted(metric: string, seconds: number): Series {
  return grows(named(metric, { node_pool: 'p', sli: 'coverage' }), [[60, seconds]]);
}

function counts(metric: string, stretches: readonly Stretch[], labels: Readonly<Record<string, string>> = {}): Series {
  return grows(named(metric, { node_pool: 'p', ...labels }), stretches);
}

const DAEMON: readonly RuleCase[] = [
  of(
    'every second join is late',
    [
      counts(
        'rollcall_joins_total',
        [
          [10, 0],
          [4, 1],
          [60, 0],
        ],
        { outcome: 'late' },
      ),
      counts(
        'rollcall_joins_total',
        [
          [10, 0],
          [4, 1],
          [60, 0],
        ],
        { outcome: 'in_time' },
      ),
    ],
    [fires('JoinSlow', 12)],
  ),
  of(
    'one join is late',
    [
      counts(
        'rollcall_joins_total',
        [
          [10, 0],
          [1, 1],
          [60, 0],
        ],
        { outcome: 'late' },
      ),
      counts('rollcall_joins_total', [[60, 0]], { outcome: 'in_time' }),
    ],
    silent('JoinSlow'),
  ),
  of(
    'the daemon restarts everywhere',
    [
      expected(10),
      counts(
        'rollcall_daemon_restarts_total',
        [
          [10, 0],
          [10, 1],
          [60, 0],
        ],
        { reason: 'OOMKilled' },
      ),
    ],
    [fires('RestartStorm', 16, 29)],
  ),
  of(
    'one restart of each of five nodes',
    [
      expected(10),
      counts(
        'rollcall_daemon_restarts_total',
        [
          [10, 0],
          [5, 1],
          [60, 0],
        ],
        { reason: 'Error' },
      ),
    ],
    silent('RestartStorm'),
  ),
  of(
    'a quota refuses pods',
    [
      expected(10),
      uncovered(
        [
          [10, 0],
          [30, 1],
          [60, 0],
        ],
        { reason: 'QuotaExceeded', owner: 'platform' },
      ),
    ],
    [fires('FailedScheduling', 15, 39)],
  ),
  of(
    'a quota refuses pods for four minutes',
    [
      expected(10),
      uncovered(
        [
          [10, 0],
          [2, 1],
          [60, 0],
        ],
        { reason: 'QuotaExceeded', owner: 'platform' },
      ),
    ],
    silent('FailedScheduling'),
  ),
  of(
    'a rollout stands still',
    [
      pool('rollcall_covered_nodes', [[90, 10]]),
      pool('rollcall_current_nodes', [
        [10, 10],
        [80, 3],
      ]),
    ],
    [fires('RolloutBlocked', 40)],
    80,
  ),
  of(
    'a rollout moves on slowly',
    [
      pool('rollcall_covered_nodes', [[90, 10]]),
      pool('rollcall_current_nodes', [
        [10, 10],
        [20, 3],
        [20, 5],
        [20, 7],
        [20, 9],
      ]),
    ],
    silent('RolloutBlocked'),
    85,
  ),
  of(
    'records are dropped',
    [
      counts(
        'rollcall_telemetry_sent_total',
        [
          [10, 100],
          [50, 80],
        ],
        { component: 'logs' },
      ),
      counts(
        'rollcall_telemetry_dropped_total',
        [
          [10, 0],
          [50, 20],
        ],
        { component: 'logs' },
      ),
    ],
    [fires('TelemetryLoss', 18)],
  ),
  of(
    'few records are dropped',
    [
      counts('rollcall_telemetry_sent_total', [[60, 95]], { component: 'logs' }),
      counts('rollcall_telemetry_dropped_total', [[60, 5]], { component: 'logs' }),
    ],
    silent('TelemetryLoss'),
  ),
  of(
    'a clock is off',
    [
      pool('rollcall_clock_skew_max_seconds', [
        [10, 1],
        [60, 90],
      ]),
    ],
    [fires('ClockSkew', 20)],
  ),
];

const COLLECTOR: readonly RuleCase[] = [
  of(
    'a third is not observed',
    [
      expected(9),
      pool('rollcall_unobserved_nodes', [
        [10, 0],
        [60, 3],
      ]),
    ],
    [fires('CollectorBlind', 20)],
  ),
  of(
    'all is not observed for five minutes',
    [
      expected(9),
      pool('rollcall_unobserved_nodes', [
        [10, 0],
        [5, 9],
        [60, 0],
      ]),
    ],
    silent('CollectorBlind'),
  ),
  of(
    'labels are renamed',
    [pool('rollcall_expected_nodes', [[60, 3]], { exported_namespace: 'agents' })],
    [fires('LabelsRenamed', 5)],
  ),
  of(
    'all is well',
    [expected(9), pool('rollcall_unobserved_nodes', [[60, 0]])],
    [fires('RollcallWatchdog', 0), { alert: 'alertname!="RollcallWatchdog"' }],
  ),
];

/** All of them. */
export const STATE_CASES: readonly RuleCase[] = [...NODE_UNCOVERED, ...COLLAPSE, ...SCOPE, ...DAEMON, ...COLLECTOR];

function info(stretches: readonly Stretch[], labels: Readonly<Record<string, string>> = {}): Series {
  return holds(named('rollcall_policy_info', { team: 'platform', ...labels }), stretches);
}

function absent(name: string, series: readonly Series[], firings: readonly Firing[]): RuleCase {
  return { name, minutes: MINUTES, series, firings };
}

/** Cases of a policy that is heard of no more: rules of the policy, by the minute. */
export const ABSENCE_CASES: readonly RuleCase[] = [
  absent(
    'the collector is gone',
    [
      info([
        [10, 1],
        [60, 'stale'],
      ]),
    ],
    [fires('CollectorAbsent', 15), fires('CollectorGone', 32)],
  ),
  absent(
    'the collector starts anew within two minutes',
    [
      info([
        [10, 1],
        [2, 'stale'],
        [60, 1],
      ]),
    ],
    silent('CollectorAbsent', 'CollectorGone'),
  ),
  absent('nobody ever told of the policy', [], [fires('CollectorAbsent', 5), fires('CollectorGone', 22)]),
  absent(
    'one of two clusters is missing',
    [
      info(
        [
          [10, 1],
          [60, 'stale'],
        ],
        { cluster: 'a' },
      ),
      info([[60, 1]], { cluster: 'b' }),
    ],
    [
      { alert: 'alertname="CollectorAbsent",cluster="a"', first: 15 },
      { alert: 'alertname="CollectorAbsent",cluster="b"' },
    ],
  ),
];
