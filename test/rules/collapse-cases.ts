/** Cases of the alert about many nodes that are lost at once. */
import type { RuleCase } from './play-cases.ts';
import { expected, fires, of, silent, uncovered } from './state-case.ts';

/** Many nodes at once: a page. */
export const COLLAPSE: readonly RuleCase[] = [
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
