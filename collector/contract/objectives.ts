/** The shapes of answers about objectives: attainment, budget and burn over a window, out of the journal. */
import type { Owner } from './health-words.ts';
import type { SliName } from './slis.ts';

/** A range of ratios: what was not observed counted as bad, and as good. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Of one window: node-seconds, of `join` joins. Null where nothing was valid, so that there is no ratio. */
export interface BudgetFigures {
  readonly valid: number;
  readonly good: number;
  readonly unobserved: number;
  readonly attainment: Range | null;
  /** True only if the lower end of the attainment meets the target. */
  readonly met: boolean | null;
  /** How much may be bad in the window, how much was, and what is left, negative when overspent; `leftRatio` of the total. */
  readonly budget: {
    readonly total: number;
    readonly spent: number;
    readonly left: number;
    readonly leftRatio: number;
  } | null;
}

/** How many times faster than evenly over the window the budget burnt; null where nothing was valid. */
export interface BurnRates {
  readonly '1h': number | null;
  readonly '6h': number | null;
  readonly '1d': number | null;
  readonly '3d': number | null;
}

/** One objective with its budget. Time excluded by maintenance or the ledger is out of `adjusted`, and in `raw` as if nobody had. */
export interface ObjectiveAnswer {
  readonly sli: SliName;
  readonly target: number;
  /** Such as 30d, or Month. */
  readonly window: string;
  /** Of a calendar window. */
  readonly timeZone: string | null;
  readonly owners: readonly Owner[] | null;
  readonly unit: 'node-seconds' | 'joins';
  /** RFC 3339: when the window began, and when it ends; a rolling one ends now. */
  readonly from: string;
  readonly to: string;
  /** How much of the window so far the journal holds, 0 to 1. */
  readonly historyRatio: number;
  readonly adjusted: BudgetFigures;
  readonly raw: BudgetFigures;
  readonly burn: BurnRates;
  /** Until nothing is left if it goes on to burn as in the last hour; null if it does not burn, 0 if nothing is left. */
  readonly exhaustedInSeconds: number | null;
}

/** A target that past windows would have met, and on what it rests. */
export interface TargetSuggestion {
  readonly sli: SliName;
  readonly target: number;
  /** Length of the windows that were looked at, in days, and how many there were; they overlap, one ends each day. */
  readonly windowDays: number;
  readonly windows: number;
  readonly historyDays: number;
  /** The tenth percentile of the lower ends of their attainments. */
  readonly lowerEnd: number;
}

/** One policy's objectives. */
export interface PolicyObjectives {
  readonly namespace: string;
  readonly daemonset: string;
  readonly objectives: readonly ObjectiveAnswer[];
  readonly suggestions: readonly TargetSuggestion[];
}

/** All policies' objectives as of when the journal was last read, RFC 3339; null and a note before the first time. */
export interface ObjectivesAnswer {
  readonly asOf: string | null;
  readonly note: string;
  readonly items: readonly PolicyObjectives[];
}

/** Joins of one hour that ended in time and late, by the journal. */
export interface JoinCount {
  readonly policyUid: string;
  /** Its beginning, wall-clock milliseconds. */
  readonly hour: number;
  readonly inTime: number;
  readonly late: number;
}
