/** What is left of budgets, and how fast they burn: by our rules, by the collector's book, and by brute force over each outage. */
import { createBudgetBook } from '@rollcall/collector';
import { BURN_TIERS, type HourRow } from '@rollcall/contract';
import { objective } from './policies.ts';
import { FROM, generateOwn, type Field } from './sloth-fleets.ts';
import { POLICY } from './timeline.ts';
import { countBad, sumBad, type UpDown } from './up-down.ts';

const HOUR_S = 3_600;
/** The period, so that it is over before the end. */
export const BUDGET_DAYS = 4;
const OWN = objective({ windowMs: BUDGET_DAYS * 24 * HOUR_S * 1000 });

/** The greatest differences of all, as shares of the figure. */
export interface BudgetAnswer {
  /** Figures compared: budgets and burns of all fleets at all hours. */
  readonly figures: number;
  readonly ofRules: number;
  readonly ofBook: number;
}

/** Compares at every other full hour at which a whole period is over. */
export async function compareBudgets(field: Field): Promise<BudgetAnswer> {
  const hours = Array.from({ length: field.grid.hours - BUDGET_DAYS * 24 }, (_, at) => BUDGET_DAYS * 24 + at).filter(
    (hour) => hour % 2 === 1,
  );
  const asked = listExpressions(field);
  const byRules = await askAll(field, asked, hours);
  let [figures, ofRules, ofBook] = [0, 0, 0];
  for (const fleet of field.fleets) {
    const book = fillBook(fleet, field.grid.hours);
    for (const hour of hours) {
      const reckoned = reckon(book, hour);
      const forced = force(fleet, hour);
      for (const figure of Object.keys(asked)) {
        const [own, brute] = [reckoned[figure] ?? NaN, forced[figure] ?? NaN];
        figures += 1;
        ofRules = Math.max(ofRules, apart(byRules.get(`${fleet.seed} ${hour} ${figure}`) ?? NaN, own, figure));
        ofBook = Math.max(ofBook, apart(own, brute, figure));
      }
    }
  }
  return { figures, ofRules, ofBook };
}

/** What the rules say, by fleet, hour and figure. */
async function askAll(
  { store }: Field,
  asked: Readonly<Record<string, string>>,
  hours: readonly number[],
): Promise<ReadonlyMap<string, number>> {
  const byRules = new Map<string, number>();
  for (const hour of hours) {
    for (const [figure, expr] of Object.entries(asked)) {
      for (const { labels, values } of await store.askAt(expr, FROM + hour * HOUR_S))
        byRules.set(`${labels['cluster']} ${hour} ${figure}`, Number(values[0]?.[1]));
    }
  }
  return byRules;
}

/** Of what is left: as a share of the budget at least; of a burn: of a thousandth of what the budget allows at least, since 0 has noise. */
function apart(one: number, other: number, figure: string): number {
  return Math.abs(one - other) / Math.max(figure === 'left' ? 1 : 1e-3, Math.abs(other));
}

type Figures = Readonly<Record<string, number | null | undefined>>;

/** What is left of the budget, and the burn over the long window of each tier, in PromQL over what is recorded. */
function listExpressions({ grid }: Field): Readonly<Record<string, string>> {
  const { recordings } = generateOwn(BUDGET_DAYS, grid);
  const find = (end: string): string => recordings.find(({ record }) => record.endsWith(end))?.record ?? end;
  const left = recordings.find(({ record }) => record.includes('budget_remaining'))?.expr ?? '';
  const over = (window: string): string =>
    `${find(`bad_node_seconds:increase${window}`)} / ${find(`valid_node_seconds:increase${window}`)} / ${1 - OWN.target}`;
  return {
    left,
    '1h': `${find('bad:ratio1h')} / ${1 - OWN.target}`,
    '6h': over('6h'),
    '1d': over('1d'),
    '3d': over('3d'),
  };
}

type Book = ReturnType<typeof createBudgetBook>;

function fillBook(fleet: UpDown, hours: number): Book {
  const book = createBudgetBook();
  const items = [...countBad(fleet, { count: hours, seconds: HOUR_S })].map((lost, hour): HourRow => {
    const validMs = fleet.nodes * HOUR_S * 1000;
    return {
      kind: 'hour',
      cluster: '',
      policyUid: 'p',
      pool: 'p',
      sli: 'coverage',
      reason: '',
      replica: 'r',
      hour: (FROM + hour * HOUR_S) * 1000,
      validMs,
      goodMs: validMs - lost * 1000,
      unobservedMs: 0,
    };
  });
  book.take({ items, policies: [{ policyUid: 'p', cluster: '', ...POLICY }], exclusions: [] });
  return book;
}

function reckon(book: Book, hour: number): Figures {
  const { adjusted, burn } = book.reckon('p', OWN, (FROM + hour * HOUR_S) * 1000);
  return { left: adjusted.budget?.leftRatio, ...burn };
}

function force(fleet: UpDown, hour: number): Figures {
  const burn = (length: number): number =>
    sumBad(fleet, hour * HOUR_S - length, hour * HOUR_S) / (fleet.nodes * length) / (1 - OWN.target);
  const [fast, slow, day, days] = Object.values(BURN_TIERS).map(({ longMs }) => burn(longMs / 1000));
  return { left: 1 - burn(BUDGET_DAYS * 24 * HOUR_S), '1h': fast, '6h': slow, '1d': day, '3d': days };
}
