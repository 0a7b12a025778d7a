/**
 * Our rules beside Sloth's on one real Prometheus: when each tier fires on seeded fleets, what is left of the budget by the rules and by the
 * collector, and what the rules cost. `make peers` runs it. A run of all seeds writes sloth-answers.json and the section of docs/rules.md; a part of
 * them (`--series 1 --first 7`) only says what came out.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUDGET_DAYS, compareBudgets } from './sloth-budgets.ts';
import { compareCosts } from './sloth-cost.ts';
import { compareFirings } from './sloth-firings.ts';
import { COARSE, FINE, openField, type Field, type Grid, type Seeds } from './sloth-fleets.ts';
import { writeSection, type SlothAnswers, type TierAnswers } from './sloth-page.ts';

const PAGE = join(import.meta.dirname, '../../docs/rules.md');
const ANSWERS = join(import.meta.dirname, 'sloth-answers.json');
const ALL = { first: 1, count: 1_000 };
/** One fleet of so many is looked at by the minute too. */
const FINE_SHARE = 10;
const COST_ROUNDS = 9;

const { values: asked } = parseArgs({ options: { series: { type: 'string' }, first: { type: 'string' } } });
const SEEDS = { first: Number(asked.first ?? ALL.first), count: Number(asked.series ?? ALL.count) };

const started = performance.now();
const say = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(0)} s: ${what}`);

/** Opens the fleets on a grid, and closes them when all is asked. */
async function play<T>(seeds: Seeds, grid: Grid, work: (field: Field) => Promise<T>): Promise<T> {
  const field = await openField(seeds, grid, (what) => say(`${grid.step / 60} min: ${what}`));
  try {
    return await work(field);
  } finally {
    await field.store.close();
  }
}

const faults: string[] = [];

async function compareTiers(field: Field): Promise<TierAnswers> {
  const { tiers, faults: more } = await compareFirings(field);
  faults.push(...more);
  for (const tier of tiers) {
    say(JSON.stringify(tier));
    if (tier.fleets === 0) faults.push(`${tier.tier} of Sloth never fires`);
  }
  return { grid: field.grid, fleets: field.fleets.length, tiers };
}

const long = await play(SEEDS, COARSE, async (field) => {
  const coarse = await compareTiers(field);
  const budgets = { days: BUDGET_DAYS, ...(await compareBudgets(field)) };
  say(JSON.stringify(budgets));
  const cost = await compareCosts(field, COST_ROUNDS);
  say(JSON.stringify(cost));
  return { coarse, budgets, cost };
});
const fine = await play({ ...SEEDS, count: Math.ceil(SEEDS.count / FINE_SHARE) }, FINE, compareTiers);

if (!(long.budgets.ofRules <= 1e-3)) faults.push(`rules and collector differ by ${long.budgets.ofRules}`);
if (!(long.budgets.ofBook <= 1e-9)) faults.push(`collector and brute force differ by ${long.budgets.ofBook}`);
if (faults.length > 0) throw new Error(`${faults.length} faults:\n${faults.slice(0, 50).join('\n')}`);
const answers: SlothAnswers = { seeds: SEEDS, fine, ...long };
if (SEEDS.first === ALL.first && SEEDS.count === ALL.count) {
  await writeFile(ANSWERS, `${JSON.stringify(answers, undefined, 2)}\n`);
  await writeFile(PAGE, writeSection(await readFile(PAGE, 'utf8'), answers));
}
say('done');
