/** For those who answer for the promise: is it kept, since when not, and what is it worth. */
import { COVERAGE_METRICS } from '@rollcall/contract';
import type { Board } from '../board.ts';
import { gauge } from '../select.ts';

const { covered, expected } = COVERAGE_METRICS;

/** The board. */
export const executive: Board = {
  name: 'executive',
  title: 'Rollcall / Executive',
  description: 'Is the promise kept: coverage by cluster and pool, its trend, the budget left.',
  from: 'now-30d',
  refresh: '5m',
  variables: ['node_pool'],
  rows: [
    {
      title: 'Now',
      panels: [
        {
          kind: 'stat',
          title: 'Coverage now',
          description:
            'Covered of expected nodes, all chosen policies together. Below 99 % nodes go without the daemon.',
          unit: 'percentunit',
          decimals: 2,
          width: 6,
          queries: [{ expr: `sum(${gauge(covered)}) / (sum(${gauge(expected)}) > 0)`, legend: 'coverage' }],
          empty: 'no node is expected',
          course: true,
          steps: [{ colour: 'bad' }, { from: 0.95, colour: 'warning' }, { from: 0.99, colour: 'good' }],
        },
      ],
    },
  ],
};
