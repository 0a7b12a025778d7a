/** For whoever spends the error budget: what is left of it, how fast it burns, what it went on, which alerts will tell. */
import { BURN_TIERS, COVERAGE_METRICS, formatDuration, type BurnTierName } from '@rollcall/contract';
import type { Board, BoardSettings, Column, Step, Table, TimeSeries } from '../board.ts';
import { atLeastMinusAll, burnRate, CHOSEN_SLI, factorOf, nearness, OBJECTIVE, OBJECTIVE_LABELS } from '../burn.ts';
import type { Colour } from '../palette.ts';
import { ofRow, toBoard, toRunbook } from '../links.ts';
import { firingFor, held } from '../select.ts';
import { BUDGET_STEPS, PLAIN } from '../thresholds.ts';
import { INDICATORS } from './indicators.ts';
import { attainmentRange, divergence, joins, spending } from './slo-spending.ts';

const M = COVERAGE_METRICS;
const HOUR_MS = 3_600_000;
const NO_JOURNAL = 'no journal: serve --journal';
const NO_RULES = 'nothing recorded: generate rules';
const MONTH = 'window="30d"';
const MONTH_SECONDS = 30 * 86_400;
const TIERS = Object.keys(BURN_TIERS) as readonly BurnTierName[];

/** All windows that alerts look at, the shortest first. */
const WINDOWS_MS = TIERS.flatMap((tier) => [BURN_TIERS[tier].shortMs, BURN_TIERS[tier].longMs])
  .toSorted((a, b) => a - b)
  .filter((ms, at, all) => ms !== all[at - 1]);

const POLICY_COLUMNS: readonly [Column, ...Column[]] = [
  { field: 'cluster', name: 'Cluster', width: 110 },
  { field: 'namespace', name: 'Namespace', width: 140 },
  {
    field: 'daemonset',
    name: 'DaemonSet',
    links: [toBoard('on-call', { namespace: ofRow('namespace'), daemonset: ofRow('daemonset') })],
  },
];

/** What is left of 30 days, if it goes on to burn as in the last hour; no answer while nothing burns. */
function exhaustion(speed: number): string {
  const left = `clamp_min(${held(M.budgetRemaining, CHOSEN_SLI, MONTH)}, 0) * ${MONTH_SECONDS}`;
  return `${left} / on (${OBJECTIVE_LABELS}) group_left () (${burnRate(HOUR_MS, speed)} > 0)`;
}

function tellObjectives(speed: number): Table {
  const attained = held(M.attainment, CHOSEN_SLI);
  return {
    kind: 'table',
    title: 'Objectives',
    description:
      'Each objective in each window that the collector reckons: its own, 30 and 90 days. Adjusted leaves out what maintenance and the ledger exclude, raw does not. More than half left is good; below a tenth only rollouts that mend; below 0 the objective is missed. Exhausted: when nothing of 30 days is left if it burns on as in the last hour.',
    unit: 'short',
    width: 24,
    height: 8,
    queries: [
      // The objective has no window; beside each attainment it gets one.
      { expr: `${attained} * 0 + on (${OBJECTIVE_LABELS}) group_left () ${OBJECTIVE}` },
      { expr: attained },
      { expr: held(M.budgetRemaining, CHOSEN_SLI) },
      { expr: held(M.budgetRemainingRaw, CHOSEN_SLI) },
      { expr: exhaustion(speed) },
    ],
    empty: NO_JOURNAL,
    columns: [
      ...POLICY_COLUMNS,
      { field: 'sli', name: 'SLI', width: 120 },
      { field: 'window', name: 'Window', width: 90 },
      { field: 'Value #A', name: 'Objective', unit: 'percentunit', decimals: 2, width: 110 },
      { field: 'Value #B', name: 'Attained', unit: 'percentunit', decimals: 3, width: 110 },
      { field: 'Value #C', name: 'Left, adjusted', unit: 'percentunit', decimals: 1, width: 130, steps: BUDGET_STEPS },
      { field: 'Value #D', name: 'Left, raw', unit: 'percentunit', decimals: 1, width: 130, steps: BUDGET_STEPS },
      { field: 'Value #E', name: 'Exhausted in', unit: 's', decimals: 1, width: 130, steps: EXHAUSTED },
    ],
    sort: { name: 'Left, adjusted', descending: false },
    steps: PLAIN,
  };
}

/** Three days are the slowest window of an alert: what lasts longer is a ticket at most. */
const EXHAUSTED: readonly [Step, ...Step[]] = [
  { colour: 'unknown' },
  { from: 0, colour: 'bad' },
  { from: 86_400, colour: 'warning' },
  { from: 3 * 86_400, colour: 'good' },
];

const WINDOW_COLOURS: readonly Colour[] = ['bad', 'warning', 'yellow', 'pink', 'excused', 'teal', 'good'];
const TIER_COLOURS = { page: 'bad', ticket: 'warning' } as const satisfies Record<string, Colour>;

/** The factors as lines, the least first. */
function tierLimits(): readonly Step[] {
  return TIERS.toReversed().map((tier) => ({ from: factorOf(tier), colour: TIER_COLOURS[BURN_TIERS[tier].severity] }));
}

function burnByWindow({ speed }: BoardSettings): TimeSeries {
  const names = WINDOWS_MS.map((ms) => formatDuration(ms));
  const [first, ...rest] = WINDOWS_MS.map((ms) => ({
    expr: `max(${burnRate(ms, speed)})`,
    legend: formatDuration(ms),
  }));
  return {
    kind: 'time-series',
    title: 'Burn rate by window',
    description: `How many times faster than evenly the budget burns, over each window that alerts look at: the fastest of the chosen objectives. Below 1 is good. Dashed lines: ${TIERS.map(tellTier).join('; ')}.`,
    unit: 'short',
    decimals: 1,
    width: 12,
    height: 10,
    min: 0,
    queries: [first ?? { expr: '' }, ...rest],
    empty: NO_RULES,
    colours: Object.fromEntries(names.map((name, at) => [name, WINDOW_COLOURS[at] ?? 'unknown'])),
    limits: true,
    steps: [{ colour: 'good' }, ...tierLimits()],
  };
}

/** Such as: above 14.4 over 1h and 5m a page. */
function tellTier(tier: BurnTierName): string {
  const { longMs, shortMs, severity } = BURN_TIERS[tier];
  return `above ${factorOf(tier)} over ${formatDuration(longMs)} and ${formatDuration(shortMs)} a ${severity}`;
}

function budgetOverTime(): TimeSeries {
  const legend = '{{cluster}} {{namespace}}/{{daemonset}} {{sli}}';
  return {
    kind: 'time-series',
    title: 'Budget left of 30 days',
    description:
      'What is left of each budget; dashed: raw, as if nothing had been excluded. Above 0 is good. A steep fall is an outage, a slow one a leak: below it stands what it went on. Lines end at -100 %.',
    unit: 'percentunit',
    decimals: 1,
    width: 12,
    height: 10,
    max: 1,
    queries: [
      { expr: atLeastMinusAll(held(M.budgetRemaining, CHOSEN_SLI, MONTH)), legend },
      { expr: atLeastMinusAll(held(M.budgetRemainingRaw, CHOSEN_SLI, MONTH)), legend: `${legend} raw` },
    ],
    empty: NO_JOURNAL,
    dashed: '/ raw$/',
    limits: true,
    steps: [{ colour: 'good' }, { from: 0, colour: 'bad' }],
  };
}

const NEAR: readonly [Step, ...Step[]] = [
  { colour: 'unknown' },
  { from: 0, colour: 'good' },
  { from: 0.5, colour: 'warning' },
  { from: 1, colour: 'bad' },
];

function tellAlerts({ speed }: BoardSettings): Table {
  const [first, ...rest] = TIERS.map((tier) => ({ expr: nearness(tier, speed) }));
  return {
    kind: 'table',
    title: 'How near alerts are',
    description: `The burn rate of each objective as a share of what an alert fires at, the lesser of its two windows: ${TIERS.map(tellTier).join('; ')}, for periods of 28 days and more. Below 50 % is good; from 100 % on the alert fires, once half of its window is known.`,
    unit: 'percentunit',
    width: 14,
    queries: [first ?? { expr: '' }, ...rest],
    empty: NO_RULES,
    columns: [
      ...POLICY_COLUMNS,
      { field: 'sli', name: 'SLI', width: 100 },
      ...TIERS.map((tier, at) => ({
        field: `Value #${'ABCD'[at] ?? ''}`,
        name: `${BURN_TIERS[tier].severity} ${factorOf(tier)}x`,
        unit: 'percentunit',
        decimals: 0,
        width: 100,
        steps: NEAR,
      })),
    ],
    steps: PLAIN,
  };
}

const FIRING: Table = {
  kind: 'table',
  title: 'Budget alerts firing',
  description:
    'Alerts on budgets that fire, and for how long their condition holds. None is good. A click on the name opens its runbook.',
  unit: 's',
  width: 10,
  queries: [
    { expr: firingFor(['alertname', 'severity', 'tier', ...OBJECTIVE_LABELS.split(', ')], 'slo!=""', CHOSEN_SLI) },
  ],
  empty: 'no such alert fires, or no rules loaded',
  columns: [
    { field: 'alertname', name: 'Alert', links: [toRunbook(ofRow('alertname'))] },
    { field: 'tier', name: 'Tier', width: 100 },
    { field: 'namespace', name: 'Namespace', width: 110 },
    { field: 'daemonset', name: 'DaemonSet', width: 110 },
    { field: 'sli', name: 'SLI', width: 90 },
    { field: 'Value', name: 'For', unit: 's', decimals: 0, width: 80 },
  ],
  steps: PLAIN,
};

/** The board. */
export function slo(settings: BoardSettings): Board {
  const { speed } = settings;
  return {
    name: 'slo',
    title: 'Rollcall / SLO',
    description: 'Objectives, what is left of their budgets, how fast these burn, and what they went on.',
    from: 'now-7d',
    refresh: '1m',
    variables: ['node_pool', 'sli', 'runbooks'],
    rows: [
      { title: 'Objectives', panels: [tellObjectives(speed)] },
      { title: 'Burn', panels: [burnByWindow(settings), budgetOverTime(), tellAlerts(settings), FIRING] },
      { title: 'What the coverage budget went on', panels: spending(speed) },
      { title: 'What nobody saw, and joins', panels: [attainmentRange(speed), divergence, joins(speed)] },
      { title: 'Indicators to the letter', panels: INDICATORS },
    ],
  };
}
