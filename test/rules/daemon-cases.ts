/** Cases of the alerts about the daemon itself: joins, restarts, scheduling, rollouts, clocks, telemetry. */
import type { RuleCase } from './play-cases.ts';
import { counts, expected, fires, of, pool, silent, uncovered } from './state-case.ts';

/** What is wrong with daemons, whichever node they are on. */
export const DAEMON: readonly RuleCase[] = [
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
  {
    ...of(
      'a rollout stands still',
      [
        pool('rollcall_covered_nodes', [[90, 10]]),
        pool('rollcall_current_nodes', [
          [10, 10],
          [80, 3],
        ]),
      ],
      [fires('RolloutBlocked', 40)],
    ),
    minutes: 80,
  },
  {
    ...of(
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
    ),
    minutes: 85,
  },
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
