/** Cases of the alerts about the collector: blind, absent, or with labels renamed. */
import type { Firing, RuleCase } from './play-cases.ts';
import { MINUTES, expected, fires, of, pool, silent } from './state-case.ts';
import { holds, named, type Series, type Stretch } from './timeline.ts';

/** A collector that sees nothing, or is not scraped. */
export const COLLECTOR: readonly RuleCase[] = [
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
    'a collector of two policies sees nothing at all: each policy is told of, so that each hides its own',
    [
      expected(9),
      pool('rollcall_policy_info', [[60, 1]], { daemonset: 'proxy', node_pool: undefined, team: 'network' }),
      pool('rollcall_expected_nodes', [[60, 4]], { daemonset: 'proxy' }),
      ...['agent', 'proxy'].map((daemonset) =>
        pool(
          'rollcall_unobserved_nodes',
          [
            [10, 0],
            [60, daemonset === 'agent' ? 9 : 4],
          ],
          { daemonset },
        ),
      ),
    ],
    [
      { alert: 'alertname="CollectorBlind",daemonset="agent"', first: 20 },
      { alert: 'alertname="CollectorBlind",daemonset="proxy"', first: 20 },
      { alert: 'alertname!~"CollectorBlind|PageUnresolved|RollcallWatchdog"' },
    ],
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
