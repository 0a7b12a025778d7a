/** Objectives by the hours of the journal: attainment, budget, burn, and when nothing will be left. */
import { budgetOf, type BudgetFigures, type BurnRates, type Objective, type TimeSpan } from '@rollcall/contract';
import { findCalendarSpan } from './calendar.ts';
import type { HourSeries, HourTimes } from './hour-series.ts';
import { sumSpan, type Known } from './sum-span.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What an objective comes to. Times in milliseconds, of `join` counts. */
export interface Reckoning {
  /** Its window, the whole of a calendar one. */
  readonly span: TimeSpan;
  readonly historyRatio: number;
  readonly adjusted: BudgetFigures;
  readonly raw: BudgetFigures;
  readonly burn: BurnRates;
  readonly exhaustedInMs: number | null;
}

/** From when on the hours are known. */
export interface KnownSince extends Known {
  /** Undefined while nothing is. */
  readonly sinceMs: number | undefined;
}

/** The window of an objective at an instant. */
export function spanOf({ windowMs, calendar }: Pick<Objective, 'windowMs' | 'calendar'>, nowMs: number): TimeSpan {
  return calendar === undefined ? { fromMs: nowMs - windowMs, toMs: nowMs } : findCalendarSpan(calendar, nowMs);
}

/**
 * Reckons an objective at `known.nowMs`. The budget of a rolling window is that of its valid time, as its counters tell it; that of a
 * calendar window is of the whole of it, what is to come being like what has been.
 */
export function reckon(objective: Objective, series: HourSeries, known: KnownSince): Reckoning {
  const { nowMs, sinceMs } = known;
  const span = spanOf(objective, nowMs);
  const passed = { fromMs: span.fromMs, toMs: nowMs };
  const elapsedMs = nowMs - span.fromMs;
  const heldMs = Math.min(elapsedMs, sinceMs === undefined ? 0 : Math.max(0, nowMs - sinceMs));
  const { adjusted, raw } = sumSpan(series, passed, known);
  // Of what is to come: as much as of what is known, for each moment.
  const growth = heldMs === 0 || objective.calendar === undefined ? 1 : (heldMs + span.toMs - nowMs) / heldMs;
  const figures = figure(adjusted, objective.target, growth);
  const burn = burnRates(objective, series, known);
  return {
    span,
    historyRatio: elapsedMs <= 0 ? 0 : heldMs / elapsedMs,
    adjusted: figures,
    raw: figure(raw, objective.target, growth),
    burn,
    exhaustedInMs: exhaustion(figures, burn['1h'], span),
  };
}

/** The figures of sums; the budget is `growth` times that of what was valid. */
export function figure({ valid, good, unobserved }: HourTimes, target: number, growth: number): BudgetFigures {
  const times = { valid, good, unobserved };
  const all = valid + unobserved;
  const attainment = all <= 0 ? null : { low: good / all, high: Math.min(1, (good + unobserved) / all) };
  const [total, spent] = [budgetOf(target) * valid * growth, valid - good];
  const budget = total <= 0 ? null : { total, spent, left: total - spent, leftRatio: 1 - spent / total };
  return { ...times, attainment, met: attainment === null ? null : attainment.low >= target, budget };
}

function burnRates({ target }: Objective, series: HourSeries, known: Known): BurnRates {
  const over = (ms: number): number | null => {
    const { valid, good } = sumSpan(series, { fromMs: known.nowMs - ms, toMs: known.nowMs }, known).adjusted;
    return valid <= 0 ? null : (valid - good) / valid / budgetOf(target);
  };
  return { '1h': over(HOUR_MS), '6h': over(6 * HOUR_MS), '1d': over(DAY_MS), '3d': over(3 * DAY_MS) };
}

function exhaustion({ budget }: BudgetFigures, burn: number | null, { fromMs, toMs }: TimeSpan): number | null {
  if (budget === null) return null;
  if (budget.left <= 0) return 0;
  return burn === null || burn <= 0 ? null : (budget.leftRatio * (toMs - fromMs)) / burn;
}
