/** Cases of an objective of joins: counted one by one, and only while nodes join is there anything to measure. */
import { objective } from './policies.ts';
import { NOT_A_NUMBER, tiers, type BurnSuite, type Minutes } from './burn-cases.ts';
import type { RuleCase } from './play-cases.ts';
import { grows, named, type Series, type Stretch } from './timeline.ts';

function joins(outcome: string, stretches: readonly Stretch[]): Series {
  return grows(named('rollcall_joins_total', { node_pool: 'p', outcome }), stretches);
}

/** Joins a minute, in time and late. */
function of(
  name: string,
  [inTime, late]: readonly [readonly Stretch[], readonly Stretch[]],
  { minutes, fires }: { readonly minutes: number; readonly fires: Minutes },
): RuleCase {
  return {
    name,
    minutes,
    series: [joins('in_time', inTime), joins('late', late), joins('abandoned', [[minutes, 1]])],
    firings: tiers(fires, 'join'),
    never: NOT_A_NUMBER,
  };
}

/** So many rounds of a minute with one join and nine without. */
function seldom(rounds: number): readonly Stretch[] {
  return Array.from(
    { length: rounds },
    () =>
      [
        [1, 1],
        [9, 0],
      ] as const,
  ).flat();
}

/** 95 %: a page at 72 % of the joins of an hour, and at 30 % of those of six. */
export const JOIN_SUITE: BurnSuite = {
  name: 'joins, 95 % over 30 d',
  objective: objective({ sli: 'join', target: 0.95 }),
  stepMinutes: 1,
  cases: [
    of(
      'every join is late, one a minute, after two hours in time',
      [
        [
          [120, 1],
          [80, 0],
        ],
        [
          [120, 0],
          [80, 1],
        ],
      ],
      { minutes: 200, fires: { page_fast: [164], page_slow: [180] } },
    ),
    of(
      'half of the joins are late',
      [
        [
          [120, 2],
          [80, 1],
        ],
        [
          [120, 0],
          [80, 1],
        ],
      ],
      { minutes: 200, fires: {} },
    ),
    of(
      'a single join, and it is late',
      [
        [[300, 0]],
        [
          [120, 0],
          [1, 1],
          [179, 0],
        ],
      ],
      { minutes: 300, fires: {} },
    ),
    of(
      'every join is late, one in ten minutes: half of the time there is something to measure',
      [[[200, 0]], seldom(20)],
      {
        minutes: 200,
        fires: { page_fast: [55, 195] },
      },
    ),
    of('nodes go before they join', [[[120, 0]], [[120, 0]]], { minutes: 120, fires: {} }),
  ],
};
