/**
 * The recording rules of an objective. Windows up to 6 h are read from the counters; longer ones are put together from 6 h, 1 d and 3 d
 * that were recorded before, so that 30 d cost ten samples and each second counts once, whatever the load was (no mean of ratios).
 */
import { BURN_TIERS, budgetOf } from '@rollcall/contract';
import type { Target } from './objective.ts';
import { addPieces, countSamples, finite, number, type Piece } from './promql.ts';
import type { RecordingRule } from './rule.ts';

const HOUR_MS = 3_600_000;
const SIX_HOURS_MS = 6 * HOUR_MS;
/** A day. */
export const DAY_MS = 24 * HOUR_MS;
const THREE_DAYS_MS = 3 * DAY_MS;

const { page_fast: pageFast, page_slow: pageSlow, ticket_fast: ticketFast } = BURN_TIERS;
/** Windows whose ratio is read from the counters. The first is the one by whose samples history is counted. */
const RATIO_WINDOWS_MS = [pageFast.shortMs, pageSlow.shortMs, pageFast.longMs, ticketFast.shortMs] as const;

/** The rules that are evaluated with the alerts, in order of need. */
export function recordWindows(target: Target): readonly RecordingRule[] {
  const { names, valid, bad, selector, settings } = target;
  const label = { sli: target.objective.sli };
  // Where nothing is valid there is no sample: 0/0 is no answer, and a NaN would stay in every longer window. Where a counter is no number there is none either: a pair with one half left out would tell a lie.
  const ratios = RATIO_WINDOWS_MS.map((ms) => ({
    record: names.ratio(ms),
    expr: finite(`${bad(ms)} / (${valid(ms)} > 0)`),
    labels: label,
  }));
  const samples = countSamples({
    series: names.ratio(pageFast.shortMs) + selector,
    windowMs: SIX_HOURS_MS / settings.speed,
    intervalMs: settings.intervalMs,
  });
  return [
    ...ratios,
    { record: names.bad(SIX_HOURS_MS), expr: finite(bad(SIX_HOURS_MS)), labels: label },
    { record: names.valid(SIX_HOURS_MS), expr: finite(valid(SIX_HOURS_MS)), labels: label },
    { record: names.history(SIX_HOURS_MS), expr: `${samples} * ${number(settings.intervalMs / 1000)}`, labels: label },
    ...[names.bad, names.valid, names.history].map((name) => join(target, name, [SIX_HOURS_MS, DAY_MS])),
    ...[names.bad, names.valid].map((name) => join(target, name, [DAY_MS, THREE_DAYS_MS])),
  ];
}

function join(target: Target, name: (ms: number) => string, [from, to]: readonly [number, number]): RecordingRule {
  const expr = addPieces(cut(target, name, { lengthMs: to, sizesMs: [from] }));
  return { record: name(to), expr, labels: { sli: target.objective.sli } };
}

/** The rule that is evaluated more seldom: what is left of the period's budget. What the period has below 6 h is left out. */
export function recordBudget(target: Target): RecordingRule {
  const { names, objective } = target;
  const period = { lengthMs: objective.windowMs, sizesMs: [THREE_DAYS_MS, DAY_MS, SIX_HOURS_MS] };
  const bad = addPieces(cut(target, names.bad, period));
  const valid = addPieces(cut(target, names.valid, period));
  const expr = `1 - (${bad}) / ((${valid}) > 0) / ${number(budgetOf(objective.target))}`;
  return { record: names.budgetLeft(objective.windowMs), expr, labels: { sli: objective.sli } };
}

/** A length of time, and the sizes of the windows that are recorded, the longest first. */
interface Cut {
  readonly lengthMs: number;
  readonly sizesMs: readonly number[];
}

function cut(
  { selector, settings }: Target,
  name: (ms: number) => string,
  { lengthMs, sizesMs }: Cut,
): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const ms of sizesMs) {
    for (; at + ms <= lengthMs; at += ms) pieces.push({ series: name(ms) + selector, beforeMs: at / settings.speed });
  }
  return pieces;
}
