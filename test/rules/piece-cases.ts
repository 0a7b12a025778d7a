/** Cases of the recorded pieces of node-seconds: added up as boards do, they are what the counters grew by. */
import { PIECE_MS, RECORDED } from '@rollcall/contract';
import type { RuleCase } from './play-cases.ts';
import { grows, named, type Stretch } from './timeline.ts';

const LOST = named('rollcall_uncovered_node_seconds_total', { node_pool: 'p', reason: 'CrashLoop', owner: 'agent' });

/** Two nodes are lost for so many minutes, in a fleet whose counters began 20 minutes before. */
function lose(name: string, stretches: readonly Stretch[], seconds: number): RuleCase {
  const sum = `sum(sum_over_time(${RECORDED.uncoveredSeconds}[2h:${PIECE_MS / 60_000}m]))`;
  return {
    name,
    minutes: 150,
    series: [grows(LOST, stretches)],
    firings: [],
    never: [
      `absent(${sum})`,
      // A window that begins or ends between two samples is extrapolated: the ends of an outage are off by a part of a sample. From Prometheus 3 on
      // that is so of every window, and of the minute between two of them the neighbours tell: 75 s of the 1,500 of short outages.
      `abs(${sum} - ${seconds}) > 90`,
      // While nothing is lost there is no series.
      RECORDED.uncoveredSeconds,
    ],
  };
}

/** The cases. */
export const PIECE_CASES: readonly RuleCase[] = [
  lose(
    'half an hour',
    [
      [50, 0],
      [30, 120],
      [70, 0],
    ],
    3_600,
  ),
  lose(
    'six minutes, which no piece holds whole',
    [
      [57, 0],
      [6, 120],
      [87, 0],
    ],
    720,
  ),
  lose(
    'three outages',
    [
      [40, 0],
      [3, 120],
      [20, 0],
      [1, 600],
      [30, 0],
      [9, 60],
      [47, 0],
    ],
    1_500,
  ),
];
