/** Cases of the alert about a node that is not covered for long. */
import type { RuleCase } from './play-cases.ts';
import { expected, fires, longest, of, pool, silent, uncovered } from './state-case.ts';
import { named } from './timeline.ts';

/** One node for long: a ticket, however large the fleet is. */
export const NODE_UNCOVERED: readonly RuleCase[] = [
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
    'an orderly change explains every one of the lost, so that none has an age',
    [
      expected(10),
      longest(10, 1),
      uncovered([
        [10, 0],
        [40, 1],
        [50, 0],
      ]),
    ],
    silent('NodeUncovered'),
  ),
  of(
    'an orderly change explains one of two',
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
        { reason: 'upgrade' },
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
