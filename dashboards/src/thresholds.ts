/** Where colours change, as Grafana writes it. */
import type { Step } from './board.ts';
import { PALETTE } from './palette.ts';

/** Steps as thresholds; the first one holds below all others and has no value. */
export function toThresholds(steps: readonly Step[]): { value: number | null; color: string }[] {
  return steps.map(({ from, colour }) => ({ value: from ?? null, color: PALETTE[colour] }));
}

/** For what is neither good nor bad by its value. */
export const PLAIN: readonly [Step] = [{ colour: 'good' }];

/** None is well, any is worth a look. */
export const NONE_IS_WELL: readonly [Step, Step] = [{ colour: 'good' }, { from: 1, colour: 'warning' }];

/** None is well, any is an incident. */
export const ANY_IS_BAD: readonly [Step, Step] = [{ colour: 'good' }, { from: 1, colour: 'bad' }];

/** Coverage, beside an objective of 99 %. */
export const COVERAGE_STEPS: readonly [Step, ...Step[]] = [
  { colour: 'bad' },
  { from: 0.95, colour: 'warning' },
  { from: 0.99, colour: 'good' },
];

/** What is left of an error budget, as the error-budget policy in alerts/playbooks cuts it. */
export const BUDGET_STEPS: readonly [Step, ...Step[]] = [
  { colour: 'bad' },
  { from: 0, colour: 'warning' },
  { from: 0.1, colour: 'yellow' },
  { from: 0.5, colour: 'good' },
];
