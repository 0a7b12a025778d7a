/** Objectives and suggestions for people. */
import type { BudgetFigures, ObjectiveAnswer, ObjectivesAnswer } from '@rollcall/contract';
import { sayDuration } from '../coverage/index.ts';
import { formatTable } from './format-table.ts';

const HEAD = [
  'DAEMONSET',
  'SLI',
  'TARGET',
  'WINDOW',
  'ATTAINED',
  'MET',
  'BUDGET LEFT',
  'RAW',
  'BURN 1H',
  '6H',
  '1D',
  '3D',
  'EXHAUSTED',
  'HISTORY',
];

/** One line an objective. */
export function budgetTable({ asOf, note, items }: ObjectivesAnswer): string {
  const rows = items.flatMap(({ namespace, daemonset, objectives }) =>
    objectives.map((own) => [`${namespace}/${daemonset}`, ...rowOf(own)]),
  );
  const foot = [note, asOf === null ? '' : `As of ${asOf}.`].filter((text) => text !== '').join(' ');
  return rows.length === 0 ? `No budget is known. ${foot}\n` : `${formatTable([HEAD, ...rows])}\n${foot}\n`;
}

function rowOf(own: ObjectiveAnswer): readonly string[] {
  const { sli, target, adjusted, raw, burn, exhaustedInSeconds, historyRatio } = own;
  const rates = [burn['1h'], burn['6h'], burn['1d'], burn['3d']];
  return [
    sli,
    percent(target, 3),
    own.timeZone === null ? own.window : `${own.window} (${own.timeZone})`,
    sayAttained(adjusted),
    adjusted.met === null ? '-' : adjusted.met ? 'yes' : 'no',
    sayLeft(adjusted, own.unit),
    sayLeft(raw, own.unit),
    ...rates.map((rate) => (rate === null ? '-' : rate.toFixed(2))),
    exhaustedInSeconds === null
      ? '-'
      : exhaustedInSeconds === 0
        ? 'spent'
        : `in ${sayDuration(exhaustedInSeconds * 1_000)}`,
    `${percent(historyRatio, 1)} of the window`,
  ];
}

function sayAttained({ attainment }: BudgetFigures): string {
  if (attainment === null) return '-';
  const [low, high] = [percent(attainment.low, 3), percent(attainment.high, 3)];
  return low === high ? low : `${low} to ${high}`;
}

function sayLeft({ budget }: BudgetFigures, unit: ObjectiveAnswer['unit']): string {
  if (budget === null) return '-';
  const amount = unit === 'joins' ? `${budget.left.toFixed(1)} joins` : `${(budget.left / 3_600).toFixed(2)} node-h`;
  return `${percent(budget.leftRatio, 1)}, ${amount}`;
}

/** Cut, not rounded: 100 % means all of it. */
function percent(ratio: number, digits: number): string {
  const scale = 10 ** digits;
  return `${(Math.floor(Number((ratio * 100 * scale).toFixed(6))) / scale).toFixed(digits)} %`;
}

/** One line a suggestion. */
export function suggestionTable({ asOf, note, items }: ObjectivesAnswer): string {
  const rows = items.flatMap(({ namespace, daemonset, objectives, suggestions }) =>
    suggestions.map(({ sli, target, lowerEnd, windows, windowDays, historyDays }) => {
      const now = objectives.find((own) => own.sli === sli);
      return [
        `${namespace}/${daemonset}`,
        sli,
        `${Number((target * 100).toFixed(6))} %`,
        now === undefined ? '-' : percent(now.target, 3),
        percent(lowerEnd, 4),
        `${windows} windows of ${windowDays}d in ${historyDays} days of history`,
      ];
    }),
  );
  const foot = [note, asOf === null ? '' : `As of ${asOf}.`].filter((text) => text !== '').join(' ');
  if (rows.length === 0) return `Nothing is suggested: history is shorter than three days. ${foot}\n`;
  const head = ['DAEMONSET', 'SLI', 'SUGGESTED', 'NOW', '10TH PERCENTILE', 'RESTS ON'];
  return `${formatTable([head, ...rows])}\nThe windows overlap, one ends each day; the margin is a quarter of what was bad. ${foot}\n`;
}
