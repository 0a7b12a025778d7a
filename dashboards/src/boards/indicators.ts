/** The indicators of "What is DaemonSet?" to the letter, beside the strict ones that objectives are made of: for whoever compares with what they had. */
import { POLICY_LABELS, RECORDED } from '@rollcall/contract';
import type { TimeSeries } from '../board.ts';
import { recorded } from '../select.ts';
import { COVERAGE_STEPS, PLAIN } from '../thresholds.ts';

const NO_RULES = 'nothing recorded: generate rules';
const POLICY = '{{cluster}} {{namespace}}/{{daemonset}}';
const COMMON = { kind: 'time-series', width: 8, empty: NO_RULES } as const;

/** M1, M2 and M3, in this order. */
export const INDICATORS: readonly TimeSeries[] = [
  {
    ...COMMON,
    title: 'Healthy pods of expected nodes (M1)',
    description:
      'Coverage as pods tell it, the worst pool of each policy. Above 99 % is good; where it is and the strict coverage is not, pods are Ready and do not work.',
    unit: 'percentunit',
    decimals: 2,
    max: 1,
    queries: [{ expr: `min by (${POLICY_LABELS}) (${recorded(RECORDED.podCoverage)})`, legend: POLICY }],
    steps: COVERAGE_STEPS,
  },
  {
    ...COMMON,
    title: 'Restarts per node and hour (M2)',
    description:
      'Restarts of daemons in the hour before by node and hour, the worst pool of each policy. Below 1 is good; above it the on-call board says why they end.',
    unit: 'short',
    decimals: 2,
    min: 0,
    queries: [{ expr: `max by (${POLICY_LABELS}) (${recorded(RECORDED.restarts)})`, legend: POLICY }],
    limits: true,
    steps: [{ colour: 'good' }, { from: 1, colour: 'bad' }],
  },
  {
    ...COMMON,
    title: 'From node to pod (M3)',
    description:
      'From the making of a node to that of its pod in the day before: mean, and 95 of 100 nodes (dashed). Below 2 min is good; longer is the controller, or a taint that stays.',
    unit: 's',
    min: 0,
    queries: [
      { expr: recorded(RECORDED.joinMean), legend: `${POLICY} mean` },
      { expr: recorded(RECORDED.joinP95), legend: `${POLICY} p95` },
    ],
    dashed: '/ p95$/',
    steps: PLAIN,
  },
];
