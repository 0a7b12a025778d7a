/** The seeded fleets as counters in a store, and both sets of rules recorded over them. */
import { DEFAULT_SETTINGS, generateRules, renderSloth } from '@rollcall/alerts';
import { BURN_TIERS, type BurnTierName } from '@rollcall/contract';
import { objective, policyWith } from './policies.ts';
import type { StoreSpan } from './rule-server.ts';
import { openRuleStore, type Recording, type RuleStore } from './rule-store.ts';
import { generateSloth, sortSloth, type SlothRules } from './sloth.ts';
import { POLICY } from './timeline.ts';
import { countBad, drawUpDown, type UpDown } from './up-down.ts';

const HOUR_S = 3_600;

/** How long fleets are looked at, and how often samples and evaluations come, seconds. */
export interface Grid {
  readonly step: number;
  readonly hours: number;
  readonly blockHours: number;
}

/** Every tier has half as much again as its long window. The windows of 5 min have two samples, as they have at scrapes of 5 min. */
export const COARSE: Grid = { step: 300, hours: 108, blockHours: 162 };
/** At the interval that rules really have, as far as a store holds it: all tiers but the one of 3 d. */
export const FINE: Grid = { step: 60, hours: 36, blockHours: 54 };

/** Seconds; a multiple of the blocks of both grids. */
export const FROM = 2_900 * COARSE.blockHours * HOUR_S;

/** An alert of a tier, as it was generated. */
export interface TierAlert {
  readonly expr: string;
  readonly tier: string | undefined;
}

/** Our rules of an objective, without those of the policy. */
export interface OwnRules {
  readonly recordings: readonly Recording[];
  readonly alerts: readonly TierAlert[];
}

/** Our rules of 99 % coverage over so many days, evaluated at the grid's step. */
export function generateOwn(days: number, { step }: Grid): OwnRules {
  const windowMs = days * 24 * HOUR_S * 1000;
  const rules = generateRules([policyWith([objective({ windowMs })])], { ...DEFAULT_SETTINGS, intervalMs: step * 1000 })
    .slice(1)
    .flatMap(({ groups }) => groups.filter(({ name }) => !name.endsWith('.absence')))
    .flatMap((group) => group.rules);
  const recordings = rules.flatMap((rule) => ('record' in rule ? [rule] : []));
  const alerts = rules.flatMap((rule) => ('alert' in rule ? [{ expr: rule.expr, tier: rule.labels['tier'] }] : []));
  return { recordings, alerts };
}

/** The tiers whose long window the grid holds. */
export function tiersOf({ hours }: Grid): readonly BurnTierName[] {
  return (Object.keys(BURN_TIERS) as BurnTierName[]).filter((tier) => BURN_TIERS[tier].longMs < hours * HOUR_S * 1000);
}

/** A store with what both record of the fleets; whoever opened it closes it. */
export interface Field {
  readonly grid: Grid;
  readonly span: StoreSpan;
  readonly fleets: readonly UpDown[];
  readonly store: RuleStore;
  readonly own: OwnRules;
  readonly sloth: SlothRules;
}

/** Seeds of fleets. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** Draws the fleets, stores their counters and records both sets of rules over them; `say` is told of each step. */
export async function openField({ first, count }: Seeds, grid: Grid, say: (what: string) => void): Promise<Field> {
  const own = generateOwn(30, grid);
  const [specification] = renderSloth([policyWith([objective()])], DEFAULT_SETTINGS);
  const sloth = sortSloth(await generateSloth(specification?.text ?? ''));
  const steps = (grid.hours * HOUR_S) / grid.step - 1;
  const span = { from: FROM, to: FROM + steps * grid.step, step: grid.step, blockHours: grid.blockHours };
  const fleets = Array.from({ length: count }, (_, at) => drawUpDown(first + at, steps * grid.step));
  say(`${count} fleets drawn`);
  const store = await openRuleStore(writeSeries(fleets, steps, grid), span);
  try {
    say('counters stored');
    const asked = tiersOf(grid).flatMap((tier) => [
      own.alerts.find((alert) => alert.tier === tier)?.expr,
      sloth.tiers[tier],
    ]);
    const readers = asked.filter((expr) => expr !== undefined);
    await store.record([...own.recordings, ...sloth.recordings], readers);
    say('rules recorded');
    return { grid, span, fleets, store, own, sloth };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function* writeSeries(fleets: readonly UpDown[], count: number, { step }: Grid): Iterable<string> {
  const kinds = [
    ['valid', (): number => 0],
    ['good', (bad: number): number => bad],
  ] as const;
  for (const [kind, lost] of kinds) {
    yield `# TYPE rollcall_${kind}_node_seconds counter`;
    for (const fleet of fleets) {
      const labels = `cluster="${fleet.seed}",namespace="${POLICY.namespace}",daemonset="${POLICY.daemonset}"`;
      const name = `rollcall_${kind}_node_seconds_total{${labels},node_pool="p",sli="coverage"}`;
      let total = 0;
      yield `${name} 0 ${FROM}`;
      for (const [at, seconds] of countBad(fleet, { count, seconds: step }).entries()) {
        total += fleet.nodes * step - lost(seconds);
        yield `${name} ${total} ${FROM + (at + 1) * step}`;
      }
    }
  }
}
