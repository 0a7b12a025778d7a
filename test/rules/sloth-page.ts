/** The answers of the comparison with Sloth as the section of docs/rules.md that tells of them. */
import type { BudgetAnswer } from './sloth-budgets.ts';
import type { CostAnswer, SetCost } from './sloth-cost.ts';
import type { TierAnswer } from './sloth-firings.ts';
import type { Grid, Seeds } from './sloth-fleets.ts';
import { replaceBetween } from './write-between.ts';

/** What came out on one grid. */
export interface TierAnswers {
  readonly grid: Grid;
  readonly fleets: number;
  readonly tiers: readonly TierAnswer[];
}

/** All that a run says; committed as sloth-answers.json. */
export interface SlothAnswers {
  readonly seeds: Seeds;
  readonly coarse: TierAnswers;
  readonly fine: TierAnswers;
  readonly budgets: BudgetAnswer & { readonly days: number };
  readonly cost: CostAnswer;
}

/** Puts the section between its marks. Throws if the page has none. */
export function writeSection(page: string, answers: SlothAnswers): string {
  return replaceBetween(page, 'sloth', describe(answers));
}

function describe({ seeds, coarse, fine, budgets, cost }: SlothAnswers): string {
  const last = seeds.first + seeds.count - 1;
  return [
    `Seeds ${seeds.first} to ${last}, one fleet each, 99 % over 30 d. A deviation is evaluations in a row at which one fires and the other does not.`,
    describeTiers(coarse),
    describeTiers(fine),
    describeBudgets(budgets),
    describeCost(cost, seeds.count),
  ].join('\n\n');
}

function describeTiers({ grid, fleets, tiers }: TierAnswers): string {
  const rows = tiers.map((tier) => {
    const deviations = [tier.shifted, tier.waits, tier.young].map(({ runs, evaluations }) =>
      runs === 0 ? '0' : `${runs} (${evaluations} evaluations)`,
    );
    return [tier.tier, tier.fleets, `${tier.firing} of ${tier.evaluations}`, tier.edges, tier.same, ...deviations, 0];
  });
  const head = [
    'tier',
    'fleets on which Sloth fires',
    'evaluations at which it fires',
    'times it begins or ends',
    'ours in the same evaluation',
    'one evaluation off',
    'ours waits for half of the window',
    'window not yet whole',
    'unexplained',
  ];
  const text = `${fleets} fleets over ${grid.hours} h, a sample and an evaluation every ${grid.step / 60} min:`;
  return `${text}\n\n${table(head, rows)}`;
}

function describeBudgets({ days, figures, ofRules, ofBook }: SlothAnswers['budgets']): string {
  const share = (value: number): string => `${(value * 100).toPrecision(2)} %`;
  return `What is left of a budget of ${days} d and the burn over each long window, at full hours (${figures} figures): rules and collector at most ${share(ofRules)} apart (0.1 % is allowed), collector and a sum over each outage ${share(ofBook)} (1e-7 %).`;
}

function describeCost({ rounds, ours, sloth, clock, cpu }: CostAnswer, fleets: number): string {
  const per = (value: number): string => (value / fleets).toFixed(1);
  const row = (name: string, set: SetCost): (string | number)[] => [
    name,
    set.rules,
    per(set.series),
    per(set.samples),
    set.milliseconds.toFixed(0),
    set.cpu.toFixed(0),
  ];
  const head = [
    'rules',
    'how many',
    'series recorded per fleet',
    'samples read per fleet and evaluation',
    `ms of the engine per evaluation of ${fleets} fleets`,
    'ms of CPU of the server',
  ];
  const [byClock, byCpu] = [clock, cpu].map(
    ({ least, median, greatest }) => `${median.toFixed(2)} (${least.toFixed(2)} to ${greatest.toFixed(2)})`,
  );
  return [
    `Cost: every rule as an instant query at the end of the longer store, both sets in turns, ${rounds} rounds, medians. Ours take ${byClock} times as long as Sloth's, and ${byCpu} times the CPU.`,
    table(head, [row('ours', ours), row('Sloth', sloth)]),
  ].join('\n\n');
}

/** Laid out as prettier does. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = '', ...rest] = cells.map(line);
  return [first, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n');
}
