/** Cases of the alerts about which nodes are in scope. */
import type { RuleCase } from './play-cases.ts';
import { counted, excused, expected, fires, of, pool, silent, uncovered } from './state-case.ts';
import { holds, named } from './timeline.ts';

/** Nodes that left the scope, or that a policy never had. */
export const SCOPE: readonly RuleCase[] = [
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
