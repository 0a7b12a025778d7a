/**
 * Our rules beside Sloth's on one real Prometheus: when each tier fires on seeded fleets, what is left of the budget by the rules and by the
 * collector, and what the rules cost. Writes what came out into docs/rules.md: `make peers` runs it. [--series 20] [--first 1]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_SETTINGS, generateRules } from '@rollcall/alerts';
import { BURN_TIERS, HISTORY_SHARE, type BurnTierName, type HourRow } from '@rollcall/contract';
import { createBudgetBook } from '@rollcall/collector';
import { objective, policyWith } from './policies.ts';
import { BLOCK_HOURS, openRuleStore, type Recording, type RuleStore } from './rule-store.ts';
import { generateSloth, type SlothRules } from './sloth.ts';
import { POLICY } from './timeline.ts';
import { drawUpDown, type UpDown } from './up-down.ts';

const PAGE = join(import.meta.dirname, '../../docs/rules.md');
const STEP = 300;
const HOUR = 3_600;
const STEPS = { count: (BLOCK_HOURS * HOUR) / STEP - 1, seconds: STEP };
// At a multiple of the block's length, so that all is one block.
const FROM = 2_900 * BLOCK_HOURS * HOUR;
const SPAN = { from: FROM, to: FROM + STEPS.count * STEP, step: STEP };
const BUDGET_DAYS = 6;

const { values: asked } = parseArgs({
  options: { series: { type: 'string', default: '20' }, first: { type: 'string', default: '1' } },
});
const [FIRST, COUNT] = [Number(asked.first), Number(asked.series)];

/** One of our alerting rules, or of our recordings, told apart by what they have. */
const ours = ruleSet(30);
const budgetRules = ruleSet(BUDGET_DAYS);

function ruleSet(days: number): { readonly recordings: readonly Recording[]; readonly alerts: readonly Alert[] } {
  const windowMs = days * 24 * HOUR * 1000;
  const settings = { ...DEFAULT_SETTINGS, intervalMs: STEP * 1000 };
  const rules = generateRules([policyWith([objective({ windowMs })])], settings)
    .slice(1)
    .flatMap(({ groups }) => groups.filter(({ name }) => !name.endsWith('.absence')))
    .flatMap((group) => group.rules);
  const recordings = rules.flatMap((rule) => ('record' in rule ? [rule] : []));
  const alerts = rules.flatMap((rule) => ('alert' in rule ? [{ expr: rule.expr, tier: rule.labels['tier'] }] : []));
  return { recordings, alerts };
}

interface Alert {
  readonly expr: string;
  readonly tier: string | undefined;
}

function* writeSeries(fleets: readonly UpDown[]): Iterable<string> {
  const kinds = [
    ['valid', (): number => 0],
    ['good', (bad: number): number => bad],
  ] as const;
  for (const [kind, lost] of kinds) {
    yield `# TYPE rollcall_${kind}_node_seconds counter`;
    for (const { seed, nodes, bad } of fleets) {
      const labels = `cluster="${seed}",namespace="${POLICY.namespace}",daemonset="${POLICY.daemonset}"`;
      const name = `rollcall_${kind}_node_seconds_total{${labels},node_pool="p",sli="coverage"}`;
      let total = 0;
      yield `${name} 0 ${FROM}`;
      for (const [step, seconds] of bad.entries()) {
        total += nodes * STEP - lost(seconds);
        yield `${name} ${total} ${FROM + (step + 1) * STEP}`;
      }
    }
  }
}

/** Where a tier fires, by seed: one byte a step. */
type Firing = ReadonlyMap<string, Uint8Array>;

async function askFiring(store: RuleStore, expr: string): Promise<Firing> {
  const answers = await store.askRange(`0 * (${expr})`);
  return new Map(
    answers.map(({ labels, values }) => {
      const fires = new Uint8Array(STEPS.count + 1);
      for (const [time] of values) fires[(time - FROM) / STEP] = 1;
      return [labels['cluster'] ?? '', fires] as const;
    }),
  );
}

/** How the two agree on a tier, counted in evaluations; `series`: how many series fire at all. */
interface Agreement {
  readonly tier: BurnTierName;
  fires: number;
  series: number;
  same: number;
  shifted: number;
  gated: number;
  young: number;
  readonly faults: string[];
}

const NEVER = new Uint8Array(STEPS.count + 1);

function compare(tier: BurnTierName, own: Firing, sloth: Firing): Agreement {
  const agreement = { tier, fires: 0, series: 0, same: 0, shifted: 0, gated: 0, young: 0, faults: [] as string[] };
  const longSteps = BURN_TIERS[tier].longMs / 1000 / STEP;
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    const pair = [own.get(String(seed)) ?? NEVER, sloth.get(String(seed)) ?? NEVER] as const;
    if (pair[1].includes(1)) agreement.series += 1;
    for (let step = 0; step <= STEPS.count; step += 1) {
      const kind = judge(pair, step, longSteps);
      agreement.fires += pair[1][step] ?? 0;
      if (kind === 'fault') agreement.faults.push(`seed ${seed}, ${tier}, evaluation ${step}`);
      else agreement[kind] += 1;
    }
  }
  return agreement;
}

type Kind = 'same' | 'shifted' | 'gated' | 'young' | 'fault';

function judge([own, sloth]: readonly [Uint8Array, Uint8Array], step: number, longSteps: number): Kind {
  if (own[step] === sloth[step]) return 'same';
  // Ours waits for half of the window; until it is whole, pieces of it are weighed as they are, not stretched to its length.
  if (own[step] === 0 && step <= HISTORY_SHARE * longSteps) return 'gated';
  if (own[step] === sloth[step - 1] || own[step] === sloth[step + 1]) return 'shifted';
  return step < longSteps ? 'young' : 'fault';
}

async function compareAll(store: RuleStore, sloth: SlothRules): Promise<readonly Agreement[]> {
  const agreements: Agreement[] = [];
  for (const tier of Object.keys(BURN_TIERS) as BurnTierName[]) {
    const own = ours.alerts.find((alert) => alert.tier === tier)?.expr ?? '';
    const agreement = compare(tier, await askFiring(store, own), await askFiring(store, sloth.tiers[tier] ?? ''));
    console.log(JSON.stringify({ ...agreement, faults: agreement.faults.slice(0, 10) }), agreement.faults.length);
    agreements.push(agreement);
  }
  return agreements;
}

/** The greatest difference between what is left of a budget by the rules and by the collector's book, as a share of the budget or of what is left. */
async function compareBudgets(store: RuleStore, fleets: readonly UpDown[]): Promise<number> {
  const record = budgetRules.recordings.find(({ record: name }) => name.includes('budget_remaining'));
  const answers = await store.askRange(record?.expr ?? '');
  const byRules = new Map(answers.map(({ labels, values }) => [labels['cluster'], values]));
  // The last full hour.
  const now = FROM + Math.floor((STEPS.count * STEP) / HOUR) * HOUR;
  return Math.max(
    ...fleets.map((fleet) => {
      const left = byRules.get(String(fleet.seed))?.find(([time]) => time === now)?.[1];
      const reckoned = reckonBudget(fleet, now * 1000);
      return Math.abs(Number(left) - reckoned) / Math.max(1, Math.abs(reckoned));
    }),
  );
}

function reckonBudget({ nodes, bad }: UpDown, nowMs: number): number {
  const book = createBudgetBook();
  const perHour = HOUR / STEP;
  const items = Array.from({ length: Math.floor(bad.length / perHour) }, (_, hour): HourRow => {
    const lost = bad.slice(hour * perHour, (hour + 1) * perHour).reduce((sum, seconds) => sum + seconds, 0);
    const validMs = nodes * HOUR * 1000;
    return {
      kind: 'hour',
      cluster: '',
      policyUid: 'p',
      pool: 'p',
      sli: 'coverage',
      reason: '',
      replica: 'r',
      hour: (FROM + hour * HOUR) * 1000,
      validMs,
      goodMs: validMs - lost * 1000,
      unobservedMs: 0,
    };
  });
  book.take({ items, policies: [{ policyUid: 'p', cluster: '', ...POLICY }], exclusions: [] });
  const own = objective({ windowMs: BUDGET_DAYS * 24 * HOUR * 1000 });
  return book.reckon('p', own, nowMs).adjusted.budget?.leftRatio ?? NaN;
}

/** What the rules of one objective cost at one evaluation, for all series together. */
async function weighRules(store: RuleStore, recordings: readonly Recording[], alerts: readonly string[]): Promise<Sum> {
  const sum = { rules: recordings.length + alerts.length, series: 0, samples: 0, milliseconds: 0 };
  for (const [at, expr] of [...recordings.map((rule) => rule.expr), ...alerts].entries()) {
    const turns = [];
    for (let turn = 0; turn < 5; turn += 1) turns.push(await store.weigh(expr));
    const [least] = turns.toSorted((one, other) => one.milliseconds - other.milliseconds);
    sum.samples += least?.samples ?? 0;
    sum.milliseconds += least?.milliseconds ?? 0;
    if (at < recordings.length) sum.series += least?.series ?? 0;
  }
  return sum;
}

interface Sum {
  readonly rules: number;
  readonly series: number;
  readonly samples: number;
  readonly milliseconds: number;
}

function format(agreements: readonly Agreement[], sums: readonly [ours: Sum, sloth: Sum], budget: number): string {
  const days = ((STEPS.count * STEP) / 86_400).toFixed(2);
  const rows = agreements.map((a) =>
    [a.tier, a.series, a.fires, a.same, a.shifted, a.gated, a.young, a.faults.length].join(' | '),
  );
  const costs = sums.map((sum, at) => {
    const per = (value: number): string => (value / COUNT).toFixed(2);
    const name = at === 0 ? 'ours' : 'Sloth';
    return [name, sum.rules, per(sum.series), per(sum.samples), sum.milliseconds.toFixed(0)].join(' | ');
  });
  return [
    `Seeds ${FIRST} to ${FIRST + COUNT - 1}, one fleet each, over ${days} d, a sample and an evaluation every ${STEP / 60} min; 99 % over 30 d. Counted are evaluations.`,
    '',
    '| tier | fleets on which Sloth fires | evaluations at which Sloth fires | same | one evaluation off | half of the window not yet known: ours waits | window not yet full | unexplained |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    `What is left of a budget of ${BUDGET_DAYS} d by the rules and by the collector: at most ${(budget * 100).toPrecision(2)} % apart.`,
    '',
    `| rules | how many | series recorded per fleet | samples read per fleet and evaluation | ms per evaluation of ${COUNT} fleets |`,
    '| --- | --- | --- | --- | --- |',
    ...costs.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Puts a text between the marks. */
async function writeBetween(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [begin, end] = ['<!-- sloth begin -->', '<!-- sloth end -->'];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${PAGE}: no marks ${begin} and ${end}`);
  await writeFile(PAGE, `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`);
}

const started = performance.now();
const say = (what: string): void => console.log(`${((performance.now() - started) / 1000).toFixed(0)} s: ${what}`);
const sloth = await generateSloth();
const fleets = Array.from({ length: COUNT }, (_, at) => drawUpDown(FIRST + at, STEPS));
say(`seeds ${FIRST} to ${FIRST + COUNT - 1} drawn`);
const store = await openRuleStore(writeSeries(fleets), SPAN);
try {
  say('counters stored');
  await store.record([...ours.recordings, ...sloth.recordings]);
  say('rules recorded');
  const agreements = await compareAll(store, sloth);
  say('compared');
  const budget = await compareBudgets(store, fleets);
  const sums = [
    await weighRules(
      store,
      ours.recordings,
      ours.alerts.map(({ expr }) => expr),
    ),
    await weighRules(store, sloth.recordings, sloth.alerts),
  ] as const;
  const text = format(agreements, sums, budget);
  say(`done\n${text}`);
  const faults = agreements.flatMap((agreement) => agreement.faults);
  if (!(budget <= 0.001)) faults.push(`budgets differ by ${budget}`);
  if (agreements.some(({ series }) => series === 0)) faults.push('a tier of Sloth never fires');
  if (faults.length > 0) throw new Error(faults.slice(0, 50).join('\n'));
  await writeBetween(text);
} finally {
  await store.close();
}
