/** Cases of the page that stays, and of alerts that stay the same one while replicas of the collector come and go. */
import type { RuleCase } from './play-cases.ts';
import { expected, fires, longest, of, silent, uncovered } from './state-case.ts';
import { holds, named, type Series } from './timeline.ts';

/** Collapses that are mended within half an hour, and later. */
export const UNRESOLVED: readonly RuleCase[] = [
  of(
    'a page stays',
    [
      expected(100),
      uncovered([
        [10, 0],
        [40, 50],
        [60, 0],
      ]),
    ],
    [
      fires('CoverageCollapse', 11, 49),
      {
        alert: 'alertname="PageUnresolved"',
        first: 41,
        last: 49,
        labels: {
          alertname: 'PageUnresolved',
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
    'a page is over after half an hour',
    [
      expected(100),
      uncovered([
        [10, 0],
        [31, 50],
        [60, 0],
      ]),
    ],
    [fires('CoverageCollapse', 11, 40), ...silent('PageUnresolved')],
  ),
  of(
    'a ticket stays',
    [
      expected(1000),
      longest(10, 50),
      uncovered([
        [10, 0],
        [60, 1],
      ]),
    ],
    [fires('NodeUncovered', 16, 59), ...silent('PageUnresolved')],
  ),
];

/** A gauge that one replica tells until a minute, and another from then on; between them it is told by none. */
function handedOver(metric: string, labels: Readonly<Record<string, string>>, value: number): readonly Series[] {
  const [first, second] = ['a', 'b'].map((pod) => named(metric, { ...labels, instance: `${pod}:9808`, pod }));
  return [
    holds(first ?? '', [
      [20, value],
      [60, 'stale'],
    ]),
    holds(second ?? '', [
      [22, 'missing'],
      [40, value],
    ]),
  ];
}

/** One series without a gap, whose beginning is not forgotten: nobody is told twice. */
function staysTheSame(alert: string, first: number): readonly string[] {
  const firing = `ALERTS{alertstate="firing",alertname="${alert}"}`;
  return [
    `count(count_over_time(${firing}[60m])) != 1`,
    `count_over_time(${firing}[60m]) != ${60 - first + 1}`,
    `changes(ALERTS_FOR_STATE{alertname="${alert}"}[60m]) > 0`,
  ];
}

/** The collector starts anew as another pod, two minutes later. */
export const SAME_ALERT: readonly RuleCase[] = [
  {
    ...of(
      'another pod of the collector tells of a collapse',
      [
        ...handedOver('rollcall_expected_nodes', { node_pool: 'p' }, 100),
        ...handedOver('rollcall_uncovered_nodes', { node_pool: 'p', reason: 'CrashLoop', owner: 'agent' }, 50),
      ],
      [fires('CoverageCollapse', 1)],
    ),
    never: staysTheSame('CoverageCollapse', 1),
  },
  {
    ...of(
      'another pod of the collector tells of a node',
      [
        ...handedOver('rollcall_expected_nodes', { node_pool: 'p' }, 100),
        ...handedOver('rollcall_uncovered_nodes', { node_pool: 'p', reason: 'CrashLoop', owner: 'agent' }, 1),
        ...handedOver('rollcall_longest_uncovered_seconds', { node_pool: 'p' }, 900),
      ],
      [fires('NodeUncovered', 0)],
    ),
    never: staysTheSame('NodeUncovered', 0),
  },
  {
    ...of(
      'another pod of the collector tells of a clock',
      handedOver('rollcall_clock_skew_max_seconds', { node_pool: 'p' }, 90),
      [fires('ClockSkew', 10)],
    ),
    never: staysTheSame('ClockSkew', 10),
  },
];
